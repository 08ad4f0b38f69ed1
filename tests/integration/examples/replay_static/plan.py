#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("a.txt", "note.txt")
amend(inp="note.txt")
copy("a.txt", "b.txt")
