#!/usr/bin/env python3
from stepup.core.api import *


static("my tool.py")
call("./my tool.py", "write", text="it's  text", out="it's out.txt")
call("./my tool.py", "copy", inp="it's out.txt", out="my copy.txt", args_file="my args.json")
