#!/usr/bin/env python3
from stepup.core.api import hold, run

with hold():
    run("echo small", resources="gpu")
    run("echo large", resources={"gpu": 2}, duration=60)
