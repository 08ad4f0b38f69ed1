#!/usr/bin/env python3
from stepup.core.api import run

run("env | grep ^GREETING= > out.txt", env=["GREETING", "OTHER"], out="out.txt", shell=True)
