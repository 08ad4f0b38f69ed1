#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("cat a.txt", inp="a.txt", resources={"cpu": 1})
