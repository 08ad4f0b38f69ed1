#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("a.txt", "b.txt", "c.txt")
copy("a.txt", "a_copy.txt")
copy("b.txt", "b_copy.txt")
run("cat a_copy.txt b_copy.txt c.txt > all.txt", inp=["a_copy.txt", "b_copy.txt", "c.txt"], out="all.txt", shell=True)
