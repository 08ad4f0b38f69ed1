#!/usr/bin/env python3
from stepup.core.api import copy, run

copy("nowhere.txt", "a.txt")
copy("a.txt", "b.txt")
run("cat a.txt other.txt", inp=["a.txt", "other.txt"])
