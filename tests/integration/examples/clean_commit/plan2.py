#!/usr/bin/env python3
from stepup.core.api import run

run("echo c > c.txt", shell=True, out="c.txt")
