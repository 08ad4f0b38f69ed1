#!/usr/bin/env python3
from stepup.core.api import run

run("echo ${SOURCE_DATE_EPOCH:-none} > epoch.txt", shell=True, out="epoch.txt", env="SOURCE_DATE_EPOCH")
