#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "show", optional=True, planning=True)
