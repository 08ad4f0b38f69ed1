#!/usr/bin/env python3
from stepup.core.api import getenv

with open("flavour.txt", "w") as file:
    print(getenv("FLAVOUR"), file=file)
