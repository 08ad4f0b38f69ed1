#!/usr/bin/env python3
from stepup.core.api import copy, static

static("letter.txt")
copy("letter.txt", "letter_copy.txt")
copy("letter.txt", "archive/")
