#!/usr/bin/env python3
from stepup.core.api import run, static

static("count.py", "helper.py", "words.txt", "more.txt")
run("./count.py words.txt", inp=["count.py", "words.txt"], out="count.txt")
run("cat words.txt more.txt > all.txt", inp="words.txt", out="all.txt", shell=True)
