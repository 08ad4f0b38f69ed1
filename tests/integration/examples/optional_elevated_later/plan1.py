#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > a.txt", shell=True, out="a.txt", optional=True)
