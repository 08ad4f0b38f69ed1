#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo a > a.txt", shell=True, out="a.txt")
copy("a.txt", "sub/deep/b.txt")
run("echo c > c.txt", shell=True, out="c.txt")
