#!/usr/bin/env python3
from stepup.core.api import run

run("echo $COLOUR > out.txt", shell=True, out="out.txt")
