#!/usr/bin/env python3
from stepup.core.api import run

run("sleep 30 > /dev/null 2>&1 & echo done > out.txt", shell=True, out="out.txt")
run("cat out.txt", inp="out.txt")
