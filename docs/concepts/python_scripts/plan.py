#!/usr/bin/env python3
from stepup.core.api import call, run, static

static("report.py", "tools/")
run("./report.py", out="report.txt")
call("./tools/draw.py", "bars", out="bars.txt", width=12)
