#!/usr/bin/env python3
from stepup.core.api import run

run("echo new > new.txt", shell=True, out="new.txt")
