#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("data/", "note.txt")
amend(inp="note.txt")
copy("data/a.txt", "b.txt")
