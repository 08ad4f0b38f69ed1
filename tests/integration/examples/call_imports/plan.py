#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "lib.py")
call("./tool.py", "word", out="word.txt")
