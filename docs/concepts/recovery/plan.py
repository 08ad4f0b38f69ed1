#!/usr/bin/env python3
from stepup.core.api import run

run("echo begun >> ledger; read x < gate; echo $x > result.txt", out="result.txt", shell=True)
run("tr a-z A-Z < result.txt > loud.txt", inp="result.txt", out="loud.txt", shell=True)
