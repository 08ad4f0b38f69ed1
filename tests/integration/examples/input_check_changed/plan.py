#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt", "b.txt", "slow.sh")
run("./slow.sh", inp=["a.txt"], out=["out.txt"])
run("cat b.txt", inp="b.txt")
