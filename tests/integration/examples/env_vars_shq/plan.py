#!/usr/bin/env python3
from stepup.core.api import *


names = ["${WORD}.txt", "it's.txt"]
run(f"touch {shq(names)}", shell=True, out=names)
