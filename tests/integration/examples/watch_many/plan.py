#!/usr/bin/env python3
from stepup.core.api import run, static

paths = static("in/*.txt")
run("cat in/*.txt > all.txt", inp=paths, out="all.txt", shell=True)
