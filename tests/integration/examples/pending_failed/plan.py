#!/usr/bin/env python3
from stepup.core.api import copy, run

run("false", out="a.txt")
copy("a.txt", "b.txt")
copy("b.txt", "c.txt")
