#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo a > a.txt", shell=True, out="a.txt", resources="gpu:3")
copy("a.txt", "b.txt")
run("echo c > c.txt", shell=True, out="c.txt", resources="gpu:2,license")
run("echo d > d.txt", shell=True, out="d.txt", resources="other:1,license:4")
