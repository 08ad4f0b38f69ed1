#!/usr/bin/env python3
from stepup.core.extapi import record_subprocess, run_subprocess

done = run_subprocess("read line; echo got $line; exit 3", shell=True, stdin="text\n", check=False)
print(done.returncode, done.stdout)
record_subprocess("exit 4", 4, shell=True)
