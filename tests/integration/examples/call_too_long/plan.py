#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
arguments = {"a": "x" * 200_000}
call("./tool.py", "show", **arguments)
