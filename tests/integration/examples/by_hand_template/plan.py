#!/usr/bin/env python3
from stepup.core.api import *


render_jinja("template.txt", {"name": "A"}, "out.txt")
