#!/usr/bin/env python3
from pathlib import Path

from stepup.core.api import static

names = static("d.txt", Path("b.txt"), (f"{letter}.txt" for letter in "ca"))
with open("names.txt", "w") as file:
    print(*names, file=file)
