#!/usr/bin/env python3
from stepup.core.api import *


static("t.txt")
with open("said.txt", "w") as said:
    for args, mode in [
        (["t.txt", "o.txt"], "auto"),
        (["t.txt", {"a": 1}, "t.txt"], "auto"),
        (["t.txt", {"a": 1}, "o.txt"], "html"),
        ([{"a": 1}, "t.txt", "o.txt"], "auto"),
        (["t.txt", {}, "o.txt"], "auto"),
    ]:
        try:
            render_jinja(*args, mode=mode)
        except (TypeError, ValueError) as error:
            print(type(error).__name__, file=said)
