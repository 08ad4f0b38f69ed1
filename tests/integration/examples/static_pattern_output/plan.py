#!/usr/bin/env python3
from stepup.core.api import copy, static

static("*.in")
static("*.dat")
copy("a.in", "a.dat")
