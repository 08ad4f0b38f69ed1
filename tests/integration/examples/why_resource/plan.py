#!/usr/bin/env python3
from stepup.core.api import run

run("echo one", resources={"gpu": 2})
run("echo two > optional.txt", out="optional.txt", optional=True, shell=True)
