#!/usr/bin/env python3
import sys

sys.path.append("../shared")
import shared_module

with open("out.txt", "w") as file:
    print(shared_module.X, file=file)
