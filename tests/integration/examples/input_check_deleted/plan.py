#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt", "slow.sh")
run("./slow.sh", inp=["a.txt"], out=["out.txt"])
