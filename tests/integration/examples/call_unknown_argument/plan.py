#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "in.txt")
call("./tool.py", "nothing", inp="in.txt")
call("./tool.py", "nothing", more=1, other=2)
