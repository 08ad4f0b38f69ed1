#!/usr/bin/env python3
from stepup.core.api import copy, static

static("../data.txt")
copy("../data.txt", "out.txt")
