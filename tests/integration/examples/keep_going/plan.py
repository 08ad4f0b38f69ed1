#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo broken; exit 3", shell=True, out="broken.txt")
copy("broken.txt", "needs.txt")
run("echo fine > after.txt", shell=True, out="after.txt")
