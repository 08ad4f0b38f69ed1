#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="ab", out="ab.txt", args_file="args.yaml")
call("./tool.py", "show", nested={"b": [1, 2.5], "a": None}, flag=True, args_file="args2.yml")
