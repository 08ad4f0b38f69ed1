#!/usr/bin/env python3
from stepup.core.api import *


static("script.sh")
render_jinja("script.sh", {"word": "hello"}, "made.sh", optional=True)
run("./made.sh")
