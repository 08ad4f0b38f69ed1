#!/usr/bin/env python3
from stepup.core.api import *


static("repeat.py", "names.py", "a.txt", "b.txt")
script("repeat.py", step_info="info.json")
run("./names.py", inp="info.json", out="all.txt")
