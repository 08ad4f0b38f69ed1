#!/usr/bin/env python3
from stepup.core.api import amend
from stepup.core.extapi import record_subprocess, run_subprocess

import os

os.makedirs("sub", exist_ok=True)
done = run_subprocess("printenv HERE ROOT", workdir="sub")
with open("out.txt", "w") as file:
    print(*done.stdout.split(), file=file)
record_subprocess("tool --fast", 0, stdin="in", stdout="out", stderr=b"err", env_overrides={"A": "1"})
