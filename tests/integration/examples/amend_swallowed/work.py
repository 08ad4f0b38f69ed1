#!/usr/bin/env python3
import os
import shutil

from stepup.core.api import InputNotFoundError, amend

try:
    amend(inp="early.txt")
except InputNotFoundError:
    print("There is nothing yet.")
if os.path.exists("early.txt"):
    shutil.copy("early.txt", "late.txt")
