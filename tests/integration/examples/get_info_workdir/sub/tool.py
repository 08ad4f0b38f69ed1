#!/usr/bin/env python3
from stepup.core.api import get_info

info = get_info()
with open(info.out[0], "w") as file:
    print(info.command, info.inp, info.env, info.out, info.vol, info.workdir, sep="\n", file=file)
