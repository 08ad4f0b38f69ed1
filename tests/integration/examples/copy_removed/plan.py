#!/usr/bin/env python3
from stepup.core.api import amend, copy, static

static("hello.txt", "where.txt")
amend(inp="where.txt")
with open("where.txt") as file:
    copy("hello.txt", f"out/{file.read().strip()}/")
