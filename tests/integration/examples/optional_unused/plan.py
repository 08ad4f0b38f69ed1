#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > a.txt", shell=True, out="a.txt", optional=True)
run("echo b > b.txt", shell=True, out="b.txt")
