#!/usr/bin/env python3
from stepup.core.api import amend, getenv

print(getenv("MODE"))
if getenv("MODE") == "slow":
    amend(env="NAME_OF_IT")
