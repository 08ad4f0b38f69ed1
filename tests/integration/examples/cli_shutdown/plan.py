#!/usr/bin/env python3
from stepup.core.api import run

run("cat fifo > first.txt", out="first.txt", shell=True)
run("touch later.txt", inp="first.txt", out="later.txt")
