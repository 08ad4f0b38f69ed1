#!/usr/bin/env python3
from stepup.core.api import copy, static

static("one/a.txt")
copy("one/a.txt", "a.txt")
static("one/")
static("two/")
copy("two/b.txt", "b.txt")
static("two/b.txt")
