#!/usr/bin/env python3
from lib import private, public

with open("out.txt", "w") as file:
    print(private.X, public.X, file=file)
