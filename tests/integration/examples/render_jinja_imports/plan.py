#!/usr/bin/env python3
from stepup.core.api import *


static("template.txt", "data/vars.py", "data/lib.py")
render_jinja("template.txt", "data/vars.py", "out/out.txt")
