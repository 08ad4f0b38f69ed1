#!/usr/bin/env python3
from stepup.core.stepinfo import load_step_info

with open("all.txt", "w") as names:
    print(*[info.out[0] for info in load_step_info("info.json")], file=names)
