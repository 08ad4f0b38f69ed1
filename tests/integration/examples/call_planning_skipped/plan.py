#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "names.txt")
call("./tool.py", "more", planning=True, inp="names.txt")
