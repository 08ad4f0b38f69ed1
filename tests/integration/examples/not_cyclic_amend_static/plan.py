#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("data.txt")
amend(inp="data.txt")
copy("data.txt", "copy.txt")
