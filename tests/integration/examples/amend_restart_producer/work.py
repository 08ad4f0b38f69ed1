#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="early.txt")
shutil.copy("early.txt", "late.txt")
