#!/usr/bin/env python3
import shutil

from stepup.core.api import amend, static

static("data.txt")
amend(inp="data.txt")
shutil.copy("data.txt", "copy.txt")
