#!/usr/bin/env python3
from stepup.core.api import run

run("cp a.txt b.txt", inp="a.txt", out=["a.txt", "b.txt"])
