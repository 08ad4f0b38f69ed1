#!/usr/bin/env python3
from stepup.core.api import *


static("sub/tool.py")
run("./tool.py", workdir="sub", out="said.txt")
