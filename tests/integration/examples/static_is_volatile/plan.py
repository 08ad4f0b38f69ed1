#!/usr/bin/env python3
from stepup.core.api import run, static

run("touch b.txt", vol="b.txt")
static("b.txt")
