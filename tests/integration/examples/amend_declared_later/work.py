#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="data.txt")
shutil.copy("data.txt", "out.txt")
