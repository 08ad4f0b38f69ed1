#!/usr/bin/env python3
from stepup.core.api import getenv

with open("where.txt", "w") as file:
    print(getenv("DATA", back=True), file=file)
