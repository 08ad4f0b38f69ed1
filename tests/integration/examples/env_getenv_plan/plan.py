#!/usr/bin/env python3
from stepup.core.api import getenv, run

flavour = getenv("FLAVOUR")
run(f"touch {flavour}.txt", out=f"{flavour}.txt")
