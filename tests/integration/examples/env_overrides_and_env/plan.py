#!/usr/bin/env python3
from stepup.core.api import run

run("LEVEL=1 printenv LEVEL", env="LEVEL")
