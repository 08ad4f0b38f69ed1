#!/usr/bin/env python3
from stepup.core.api import run, static

static("text.txt")
run("wc text.txt > counts.txt; date > log.txt", inp="text.txt", out="counts.txt", vol="log.txt", shell=True)
run("cp counts.txt old/copy.txt", inp="counts.txt", out="old/copy.txt")
