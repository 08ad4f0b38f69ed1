#!/usr/bin/env python3
from stepup.core.api import run

run("echo to stdout; echo to stderr >&2; exit 3", shell=True)
