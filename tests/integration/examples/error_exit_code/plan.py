#!/usr/bin/env python3
from stepup.core.api import run

run("exit 300", shell=True)
run("kill -9 $$", shell=True)
run("false", workdir="a b")
