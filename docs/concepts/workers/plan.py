#!/usr/bin/env python3
from stepup.core.api import copy, run

run("echo trained > model.txt", out="model.txt", shell=True, resources="gpu")
copy("model.txt", "west.txt", where="zone == 'west' and not slow")
