#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

if found := glob("a.txt"):
    static(found.single())
    copy("a.txt", "b.txt")
