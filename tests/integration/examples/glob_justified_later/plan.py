#!/usr/bin/env python3
from stepup.core.api import glob, plan, static

static("b.dat", "other.py")
glob("*.dat")
plan("./other.py")
