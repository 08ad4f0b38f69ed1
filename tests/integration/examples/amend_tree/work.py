#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="data/deep/one.txt")
shutil.copy("data/deep/one.txt", "out.txt")
