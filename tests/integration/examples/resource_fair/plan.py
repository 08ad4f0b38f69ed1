#!/usr/bin/env python3
from stepup.core.api import run

run("echo big", resources="r:2", duration=9)
for number in range(6):
    run(f"echo {number}", resources="r")
