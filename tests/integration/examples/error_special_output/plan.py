#!/usr/bin/env python3
from stepup.core.api import run

run("mkfifo pipe; mkdir dir", shell=True, out=["pipe", "dir"])
