#!/usr/bin/env python3
from stepup.core.api import run

run("test -e ok")
run("echo second")
