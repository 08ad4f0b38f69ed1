#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo data > made.txt", shell=True, out="made.txt")
copy("made.txt", "copy.txt")
