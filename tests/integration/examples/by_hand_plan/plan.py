#!/usr/bin/env python3
from stepup.core.api import *

from stepup.core.enums import Need

static("in.txt")
run("./tool.py in.txt", inp="in.txt", out="out.txt", optional=True)
plan("./plan.py", workdir="sub")
copy("in.txt", "sub/")
step("true", need=Need.OPTIONAL, resources="gpu:2", env_overrides={"A": "1"}, duration=3)
print(get_job_i())
