#!/usr/bin/env python3
from stepup.core.api import glob, run, static

static("work.py", "data/")
glob("*.glob")
run("touch other.txt", out="other.txt", vol="other.log")
for words in (
    "out other.txt",
    "vol other.txt",
    "inp other.log",
    "out data/new.txt",
    "out some.glob",
    "out work.py",
    "vol plan.py",
    "env NAME",
    "inp data/file.txt",
):
    run(f"./work.py {words}")
