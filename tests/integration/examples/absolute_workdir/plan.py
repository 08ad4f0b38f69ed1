#!/usr/bin/env python3
import os

from stepup.core.api import step

place = os.path.abspath("../outside")
step("echo hello > out.txt", shell=True, workdir=place, out="out.txt")
