#!/usr/bin/env python3
from stepup.core.api import run, static

static("work.py", "data.txt")
run("./work.py", inp="data.txt", out="out.txt", vol="vol.log", env="HOME")
