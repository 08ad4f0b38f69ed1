#!/usr/bin/env python3
from stepup.core.api import *

static("count.py")
script("count.py")
