#!/usr/bin/env python3
import shutil

from stepup.core.api import amend, getenv

amend(inp="note.txt", out="sub/extra.txt", vol="sub/extra.log")
getenv("FLAVOUR")
shutil.copy("note.txt", "copy.txt")
shutil.copy("note.txt", "sub/extra.txt")
