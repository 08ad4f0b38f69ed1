#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="ab", times=3, out="ab.txt", args_file="args.json")
