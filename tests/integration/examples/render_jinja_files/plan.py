#!/usr/bin/env python3
from stepup.core.api import *


static("template.txt", "a.json", "b.toml", "c.yaml", "vars.py")
render_jinja("template.txt", "a.json", "b.toml", "c.yaml", "vars.py", "letter.txt")
