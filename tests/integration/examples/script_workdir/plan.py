#!/usr/bin/env python3
from stepup.core.api import *

static("sub/count.py")
script("count.py", workdir="sub")
