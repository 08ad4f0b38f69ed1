#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("../tool.py", "write", text="a", times=2, out="a.txt", workdir="sub/", args_file="args.json")
