#!/usr/bin/env python3
from stepup.core.api import glob

with open("names.txt", "w") as file:
    print(*glob("*.dat"), file=file)
