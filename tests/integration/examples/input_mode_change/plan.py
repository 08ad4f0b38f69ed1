#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("stat -c %a a.txt > mode.txt", inp="a.txt", out="mode.txt", shell=True)
