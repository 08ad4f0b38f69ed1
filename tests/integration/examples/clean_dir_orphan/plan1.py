#!/usr/bin/env python3
from stepup.core.api import run

run("echo a > one/deep/a.txt", shell=True, out="one/deep/a.txt")
run("echo b > two/b.txt", shell=True, out="two/b.txt")
run("echo c > three/deep/c.txt", shell=True, out="three/deep/c.txt")
run("echo d > three/d.txt", shell=True, out="three/d.txt")
