#!/usr/bin/env python3
from stepup.core.api import run

run("touch out.txt", out="out.txt")
raise ValueError("no more")
