#!/usr/bin/env python3
from stepup.core.api import amend

amend(vol="log/run.log")
with open("log/run.log", "w") as file:
    file.write("now\n")
