#!/usr/bin/env python3
from stepup.core.api import run

run("date > log.txt; echo done > a.txt", shell=True, out="a.txt", vol="log.txt")
