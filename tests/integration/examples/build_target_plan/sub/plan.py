#!/usr/bin/env python3
from stepup.core.api import copy

copy("../s.txt", "x.txt", optional=True)
copy("../s.txt", "y.txt")
