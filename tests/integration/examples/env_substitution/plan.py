#!/usr/bin/env python3
from stepup.core.api import copy, static

static("$SOURCE_DIR/a.txt")
copy("${SOURCE_DIR}/a.txt", "${TARGET}/copy.txt")
