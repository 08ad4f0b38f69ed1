#!/usr/bin/env python3
from stepup.core.api import run

run("echo d > three/d.txt", shell=True, out="three/d.txt")
