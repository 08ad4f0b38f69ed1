#!/usr/bin/env python3
from stepup.core.api import getenv, glob, run

if getenv("FAIL", "no") == "yes":
    run("false")
if getenv("PENDING", "no") == "yes":
    run("cat nowhere.txt", inp="nowhere.txt")
if getenv("GLOB", "no") == "yes":
    glob("*.sh")
