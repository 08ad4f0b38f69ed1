#!/usr/bin/env python3
from stepup.core.api import run

run("echo ${LANGUAGE_OF_GREETING:-none} > out.txt", shell=True, env="LANGUAGE_OF_GREETING", out="out.txt")
run("cat out.txt", inp="out.txt")
