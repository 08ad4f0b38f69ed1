#!/usr/bin/env python3
from stepup.core.api import run

run("echo $HERE $ROOT > ${ROOT}/here.txt", shell=True, workdir="sub/deep", out="${ROOT}/here.txt")
run("echo $HERE $ROOT", shell=True)
