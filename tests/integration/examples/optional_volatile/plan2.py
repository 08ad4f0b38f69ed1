#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > a.txt; date > log.txt", shell=True, out="a.txt", vol="log.txt", optional=True)
