#!/usr/bin/env python3
import os

from stepup.core.api import run, static

path = os.path.abspath("../hello.txt")
static(path)
run("cat ../hello.txt > copy.txt", shell=True, inp=path, out="copy.txt")
