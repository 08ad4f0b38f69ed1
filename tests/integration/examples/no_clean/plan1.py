#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > sub/a.txt", shell=True, out="sub/a.txt")
run("echo b > b.txt", shell=True, out="b.txt")
