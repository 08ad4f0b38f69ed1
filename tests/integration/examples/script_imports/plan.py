#!/usr/bin/env python3
from stepup.core.api import *

static("count.py", "lib.py", "words.txt")
script("count.py")
