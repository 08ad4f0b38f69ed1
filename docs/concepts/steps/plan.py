#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("names.txt", "tool.py")
run("sort names.txt -o sorted.txt", inp="names.txt", out="sorted.txt")
run("head -n 1 < sorted.txt > first.txt", inp="sorted.txt", out="first.txt", shell=True)
run("GREETING=Hello ./tool.py first.txt", inp="first.txt", out="hello.txt")
copy("hello.txt", "public/")
run(lambda inp, out: f"cp {inp[0]} {out[0]}", inp="names.txt", out="backup.txt")
