#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "in.txt", "more.txt")
run("./tool.py x", inp=["in.txt"], env="SOME", out=["info.txt"], vol=["log.txt"], workdir=".")
