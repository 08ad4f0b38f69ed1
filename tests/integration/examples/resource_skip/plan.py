#!/usr/bin/env python3
from stepup.core.api import run, static

static("s.txt")
run("cp s.txt a.txt", inp="s.txt", out="a.txt", resources="gpu")
