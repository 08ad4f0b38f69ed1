#!/usr/bin/env python3
from stepup.core.api import run

run("touch out/deep/a.txt", out="out/deep/a.txt")
run("touch nowhere/b.txt")
run("cat missing/c.txt", inp="missing/c.txt")
