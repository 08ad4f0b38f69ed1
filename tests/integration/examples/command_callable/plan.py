#!/usr/bin/env python3
from stepup.core.api import *


static("first.txt", "second.txt", "tool.sh")


def join(inp, out):
    return f"cat {shq(inp)} | xargs echo > {shq(out)}"


run(join, inp=["first.txt", "${NAME}.txt"], out="all of it.txt", shell=True)
run(lambda vol: f"WORD=w ./tool.sh {vol[0]}", vol="log.txt")
step(lambda: "true")
