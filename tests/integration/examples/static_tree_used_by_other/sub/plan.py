#!/usr/bin/env python3
from stepup.core.api import run

run("cat ../data/a.txt", inp="../data/a.txt")
