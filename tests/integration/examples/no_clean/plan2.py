#!/usr/bin/env python3
from stepup.core.api import run

run("echo b > b.txt", shell=True, out="b.txt")
