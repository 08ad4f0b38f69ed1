#!/usr/bin/env python3
import os
import sys

with open("out.txt", "w") as file:
    print(tuple(sys.argv), __name__, sys.path[0] == os.getcwd(), file=file)
