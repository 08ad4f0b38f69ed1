#!/usr/bin/env python3
from stepup.core.api import run, static

static("a.txt")
run("printenv STEPUP_STEP_INP_DIGEST > digest.txt", inp="a.txt", out="digest.txt", env="COLOUR", shell=True)
