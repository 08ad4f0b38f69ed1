#!/usr/bin/env python3
from stepup.core.api import *


static("template.txt")
render_jinja("template.txt", {"name": 1}, "out.txt")
