#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

static("a.in")
glob("*.dat")
copy("a.in", "a.dat")
