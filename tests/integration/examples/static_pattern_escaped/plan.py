#!/usr/bin/env python3
from glob import escape

from stepup.core.api import copy, static

static(escape("a[1]*?.txt"))
copy("a[1]*?.txt", "out.txt")
