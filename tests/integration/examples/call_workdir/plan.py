#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "sub/in.txt")
call("../tool.py", "upper", inp="in.txt", out="upper.txt", workdir="sub")
