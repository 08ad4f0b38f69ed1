#!/usr/bin/env python3
from stepup.core.api import *


number = getenv("NUMBER", "none")
run(f"touch out{number}.txt", out=f"out{number}.txt")
