#!/usr/bin/env python3
from stepup.core.extapi import run_subprocess

run_subprocess("echo out of bad; echo err of bad >&2; exit 3", shell=True)
