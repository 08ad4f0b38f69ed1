#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py")
# A long chain behind the step makes it come early.
run("./work.py", out="b0.txt")
for i in range(6):
    run(f"cp b{i}.txt b{i + 1}.txt", inp=f"b{i}.txt", out=f"b{i + 1}.txt")
run("touch a1.txt", out="a1.txt")
for i in range(1, 4):
    run(f"cp a{i}.txt a{i + 1}.txt", inp=f"a{i}.txt", out=f"a{i + 1}.txt")
