#!/usr/bin/env python3
import os

from stepup.core.api import run, static

here = os.getcwd()
static(f"{here}/hello.txt")
run("cat hello.txt > copy.txt", shell=True, inp=f"{here}/hello.txt", out=f"{here}/copy.txt")
