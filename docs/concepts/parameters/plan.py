#!/usr/bin/env python3
from stepup.core.api import loadns, render_jinja, static

static("config.toml", "letter.txt")
config = loadns("config.toml")
for name in config.names:
    render_jinja("letter.txt", "config.toml", {"name": name}, f"letters/{name}.txt")
