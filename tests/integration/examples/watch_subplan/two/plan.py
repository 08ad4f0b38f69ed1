#!/usr/bin/env python3
from stepup.core.api import run

run("echo two > out.txt", out="out.txt", shell=True)
