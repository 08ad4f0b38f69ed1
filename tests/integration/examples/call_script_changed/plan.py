#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "in.txt")
call("./tool.py", "upper", inp="in.txt", out="out.txt")
call("./tool.py", "show")
