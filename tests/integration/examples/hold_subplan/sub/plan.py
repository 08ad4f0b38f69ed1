#!/usr/bin/env python3
from stepup.core.api import copy

copy("../x.txt", "y.txt")
copy("y.txt", "z.txt")
