#!/usr/bin/env python3
from stepup.core.api import run

run("echo only this", out=["promised.txt", "sub/also.txt"])
