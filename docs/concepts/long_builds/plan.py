#!/usr/bin/env python3
from stepup.core.api import run

run("read x < gate; echo $x > result.txt", out=["result.txt"], shell=True)
