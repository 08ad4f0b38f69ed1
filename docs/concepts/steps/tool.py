#!/usr/bin/env python3
import os
import sys

with open(sys.argv[1]) as names, open("hello.txt", "w") as letter:
    letter.write(f"{os.environ['GREETING']} {names.read()}")
