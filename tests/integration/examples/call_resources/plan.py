#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="one", out="one.txt", resources="slots")
call("./tool.py", "write", text="two", out="two.txt", resources={"slots": 1, "gpu": 2})
