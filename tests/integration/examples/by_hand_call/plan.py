#!/usr/bin/env python3
from stepup.core.api import *


call("./tool.py", "make", out="a.txt", x=1)
call("./tool.py", "make", args_file="args.json", x=2)
script("tool.py", step_info="info.json", optional=True)
