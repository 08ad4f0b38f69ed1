#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > a.txt", shell=True, out="a.txt")
run("echo b > b.txt", shell=True, out="b.txt")
