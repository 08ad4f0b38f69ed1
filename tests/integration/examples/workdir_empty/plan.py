#!/usr/bin/env python3
from stepup.core.api import run

run("pwd", workdir="work/")
