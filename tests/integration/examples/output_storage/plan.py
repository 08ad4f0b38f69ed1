#!/usr/bin/env python3
from stepup.core.api import run

run("echo to the output; echo to the error >&2", shell=True)
run("seq 1000")
run("echo partly; exit 3", shell=True)
