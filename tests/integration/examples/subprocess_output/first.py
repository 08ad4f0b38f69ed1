#!/usr/bin/env python3
from stepup.core.extapi import run_subprocess

run_subprocess("echo out of good; echo err of good >&2", shell=True)
