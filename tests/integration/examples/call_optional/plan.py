#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "write", text="used", out="used.txt", optional=True)
call("./tool.py", "write", text="unused", out="unused.txt", optional=True)
