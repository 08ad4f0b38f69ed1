#!/usr/bin/env python3
from stepup.core.api import run

run("false", out="never.txt")
run("cat never.txt", inp="never.txt")
run("echo something else")
