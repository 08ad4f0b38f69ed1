#!/usr/bin/env python3
from stepup.core.api import run

run("echo 1 > out.txt", shell=True, out="out.txt")
run("echo 2 > out.txt", shell=True, out="out.txt")
