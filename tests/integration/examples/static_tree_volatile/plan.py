#!/usr/bin/env python3
from stepup.core.api import run, static

static("data/")
run("touch data/log.txt", vol="data/log.txt")
