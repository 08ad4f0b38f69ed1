#!/usr/bin/env python3
from stepup.core.api import run

run("printf 'a\\tb\\033[31m'\nexit 3", shell=True)
