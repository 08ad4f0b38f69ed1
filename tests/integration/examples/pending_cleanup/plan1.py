#!/usr/bin/env python3
from stepup.core.api import run

run("echo old > old.txt", shell=True, out="old.txt")
