#!/usr/bin/env python3
from stepup.core.api import copy, static
from stepup.core.exceptions import PathError

for name in "nope.txt", "a.txt":
    try:
        static(name)
    except PathError as error:
        with open("refused.txt", "w") as file:
            print(type(error).__name__, file=file)
copy("a.txt", "b.txt")
