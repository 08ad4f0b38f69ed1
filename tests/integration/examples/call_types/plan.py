#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
arguments = {"point": {"x": 1}, "colour": "red", "day": "2026-01-02", "pair": [1, "2"], "ratio": 1}
call("./tool.py", "show", out=["a.txt"], **arguments)
call("./tool.py", "show", out=["b.txt"], args_file="args.json", **arguments)
