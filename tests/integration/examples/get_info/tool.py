#!/usr/bin/env python3
from stepup.core.api import amend, get_info

amend(inp="more.txt")
info = get_info()
open("log.txt", "w").close()
with open("info.txt", "w") as file:
    print(info.command, info.inp, info.env, info.out, info.vol, info.workdir, sep="\n", file=file)
