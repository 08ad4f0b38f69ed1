#!/usr/bin/env python3
from stepup.core.api import static

static("declarations.py")
from declarations import declare

declare()
