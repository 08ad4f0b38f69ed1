#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo a > a.txt; date > log.txt", shell=True, out="a.txt", vol="log.txt")
copy("a.txt", "sub/b.txt")
