#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("in.txt")
run("WHAT=ever cp in.txt one.txt", inp="in.txt", out="one.txt")
run("echo $UNSET", env="UNSET", shell=True)
copy("one.txt", "two.txt")
