#!/usr/bin/env python3
import os

from stepup.core.api import copy, run, static

inc = os.path.abspath("../inc")
static("../lib/", inc)
copy("../lib/a.txt", "a.txt")
run("cat ../inc/b.txt > b.txt", shell=True, inp=f"{inc}/b.txt", out="b.txt")
