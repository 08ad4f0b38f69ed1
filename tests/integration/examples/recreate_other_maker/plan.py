#!/usr/bin/env python3
from stepup.core.api import run

run("echo old > made.txt", shell=True, out="made.txt")
