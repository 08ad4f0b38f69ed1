#!/usr/bin/env python3
from stepup.core.api import run

run("echo $GREETING > out.txt", env="GREETING", out="out.txt", shell=True)
run("NAME=one printenv NAME")
