#!/usr/bin/env python3
from stepup.core.api import *


static("tool.py")
squares = [call("./tool.py", "square", number=i, out=f"square{i}.txt") for i in range(4)]
call("./tool.py", "total", inp=[info.out[0] for info in squares], out="total.txt")
