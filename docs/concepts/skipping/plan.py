#!/usr/bin/env python3
from stepup.core.api import run, static

static("numbers.txt")
run("sort -n numbers.txt > sorted.txt", inp="numbers.txt", out="sorted.txt", shell=True)
run("head -n 1 sorted.txt > least.txt", inp="sorted.txt", out="least.txt", shell=True)
run("cat least.txt", inp="least.txt")
