#!/usr/bin/env python3
from stepup.core.api import run, static

static("one.txt")
run("touch made.txt", inp="one.txt", out="made.txt")
