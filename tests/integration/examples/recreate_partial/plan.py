#!/usr/bin/env python3
from stepup.core.api import run, static

static("one.txt", "two.txt")
run("touch made.txt", inp="one.txt", out="made.txt")
