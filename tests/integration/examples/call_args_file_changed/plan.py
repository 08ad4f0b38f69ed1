#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="a", out="a.txt", args_file="a.json")
call("./tool.py", "write", text="b", out="b.txt", args_file="b.json")
