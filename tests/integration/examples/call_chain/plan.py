#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "start.txt")
first = call("./tool.py", "copy", inp="start.txt", out="first.txt")
second = call("./tool.py", "upper", inp=first.out, out="second.txt")
call("./tool.py", "copy", inp=second.out, out="third.txt")
