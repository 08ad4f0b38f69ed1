#!/usr/bin/env python3
from stepup.core.api import run

run("echo both", resources={"cpu": 2, "gpu": 2})
