#!/usr/bin/env python3
from stepup.core.api import *


static("template.tex", "template.txt")
render_jinja("template.tex", {"title": "T", "rows": [1, 2]}, "paper.tex")
render_jinja("template.tex", {"title": "T", "rows": [1, 2]}, "plain.tex", mode="plain")
render_jinja("template.txt", {"title": "T"}, "forced.txt", mode="latex")
