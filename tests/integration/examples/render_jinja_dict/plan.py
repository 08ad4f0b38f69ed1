#!/usr/bin/env python3
from stepup.core.api import *


static("template.txt", "a.json")
render_jinja("template.txt", "a.json", {"year": 2026}, {"more": {"x": [1]}}, "out/")
