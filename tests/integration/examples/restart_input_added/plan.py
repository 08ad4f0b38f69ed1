#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt", "b.txt")
run("cat *.txt > all.out", inp=["a.txt"], out="all.out", shell=True)
