#!/usr/bin/env python3
import os

from stepup.core.api import run

with open("plan.txt", "w") as file:
    print(os.environ["HERE"], os.environ["ROOT"], os.environ["STEPUP_STEP_NEED"], file=file)
run("echo $HERE $ROOT $STEPUP_STEP_NEED > here.txt", shell=True, workdir="sub", out="here.txt")
run("echo $STEPUP_STEP_INP_DIGEST > digest.txt", shell=True, out="digest.txt")
run("echo $SOURCE_DATE_EPOCH > epoch.txt", shell=True, out="epoch.txt")
run("readlink /proc/self/fd/0 > stdin.txt", shell=True, out="stdin.txt")
run("echo $STEPUP_JOB_I > job1.txt", shell=True, out="job1.txt")
run("echo $STEPUP_JOB_I > job2.txt", shell=True, out="job2.txt")
run("cat job1.txt job2.txt > jobs.txt", shell=True, inp=["job1.txt", "job2.txt"], out="jobs.txt")
