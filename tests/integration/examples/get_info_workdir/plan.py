#!/usr/bin/env python3
from stepup.core.api import *


static("sub/tool.py", "in.txt")
run("./tool.py", inp=["../in.txt"], out=["info.txt"], workdir="sub")
