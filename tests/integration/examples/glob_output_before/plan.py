#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

static("a.in")
copy("a.in", "a.dat")
glob("*.dat")
