#!/usr/bin/env python3
from stepup.core.api import *


static("$SOURCE.txt")
copy("${SOURCE}.txt", "${FOLDER}/")
run("cp in.txt copy.txt", workdir="$FOLDER", inp="$SOURCE.txt", out="copy.txt")
with subs_env_vars() as subs:
    print(subs("${SOURCE}/$FOLDER"), subs("${*name}"))
