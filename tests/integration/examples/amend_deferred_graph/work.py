#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="early.txt", out="more.txt", vol="more.log")
shutil.copy("early.txt", "late.txt")
shutil.copy("early.txt", "more.txt")
