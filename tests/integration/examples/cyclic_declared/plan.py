#!/usr/bin/env python3
from stepup.core.api import run

run("cp a.txt b.txt", inp="a.txt", out="b.txt")
run("cp c.txt a.txt", inp="c.txt", out="a.txt")
run("cp b.txt c.txt", inp="b.txt", out="c.txt")
