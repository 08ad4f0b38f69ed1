#!/usr/bin/env python3
from stepup.core.api import getenv, static

for place in getenv("PLACES", multi=True):
    static(place / "")
