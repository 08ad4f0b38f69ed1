#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
call("./tool.py", "word", env="WORD", out="word.txt")
