#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "sh ow")
