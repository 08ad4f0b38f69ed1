#!/usr/bin/env python3
from stepup.core.api import static
from stepup.core.api import run

static("work.py")
run("./work.py")
