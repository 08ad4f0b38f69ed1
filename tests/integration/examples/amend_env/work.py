#!/usr/bin/env python3
import os

from stepup.core.api import amend

amend(env="FLAVOUR")
with open("flavour.txt", "w") as file:
    file.write(os.environ["FLAVOUR"])
