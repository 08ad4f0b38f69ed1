#!/usr/bin/env python3
from stepup.core.script import driver

CASE_FMT = "{}"


def info():
    return {"out": "one.txt"}


def cases():
    return ["x", "y z"]


def case_info(name):
    return {"out": f"{name}.txt", "unused": 1}


def run(inp=(), out=None):
    print(inp, out)
    open(out, "w").close()


if __name__ == "__main__":
    driver()
