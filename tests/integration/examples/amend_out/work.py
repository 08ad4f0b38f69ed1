#!/usr/bin/env python3
from stepup.core.api import amend

amend(out="made/one.txt")
with open("made/one.txt", "w") as file:
    file.write("one\n")
