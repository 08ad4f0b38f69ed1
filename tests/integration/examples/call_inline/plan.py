#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="ab", times=2, out="ab.txt")
call("./tool.py", "upper", inp=["ab.txt"], out="upper.txt")
call("./tool.py", "show")
