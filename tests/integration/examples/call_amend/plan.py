#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py", "names.txt", "a.txt", "b.txt")
call("./tool.py", "join", inp="names.txt", out="all.txt")
