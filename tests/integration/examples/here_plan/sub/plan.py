#!/usr/bin/env python3
from stepup.core.api import copy, run, static

static("hello.txt")
copy("hello.txt", "${ROOT}/public/${HERE}/copy.txt")
run("cat ../sub/hello.txt", workdir="../inner", inp="${ROOT}/sub/hello.txt")
