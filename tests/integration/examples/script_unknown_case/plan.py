#!/usr/bin/env python3
from stepup.core.api import *

static("repeat.py")
run("./repeat.py run c")
