#!/usr/bin/env python3
from stepup.core.api import run

run("mkdir -p out", out="out/")
