#!/usr/bin/env python3
import os

from stepup.core.api import copy, static

os.chdir("sub")
static("hello.txt")
copy("hello.txt", "copy.txt")
