#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="data/one.txt")
shutil.copy("data/one.txt", "out.txt")
