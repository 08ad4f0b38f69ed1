#!/usr/bin/env python3
from stepup.core.api import static

with open("names.txt", "w") as file:
    print(*static("${*n}/${*n}.txt"), file=file)
