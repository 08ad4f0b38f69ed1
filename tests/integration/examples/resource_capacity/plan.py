#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > a.txt", shell=True, out="a.txt", resources="gpu:2")
run("echo b > b.txt", shell=True, out="b.txt", resources={"gpu": 1})
run("echo c > c.txt", shell=True, out="c.txt", resources="gpu")
