#!/usr/bin/env python3
import shutil

from stepup.core.api import amend

amend(inp="note.txt")
shutil.copy("note.txt", "copy.txt")
