#!/usr/bin/env python3
from stepup.core.api import amend, static

static("data/")
amend(inp="data/one.txt")
