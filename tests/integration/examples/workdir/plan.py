#!/usr/bin/env python3
from stepup.core.api import run, static

static("hello.txt")
run("cp ../../hello.txt copy.txt", inp="../../hello.txt", out="copy.txt", workdir="work/deep")
