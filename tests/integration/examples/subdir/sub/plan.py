#!/usr/bin/env python3
from stepup.core.api import copy, static

static("hello.txt")
copy("hello.txt", "copy.txt")
copy("hello.txt", "../up.txt")
