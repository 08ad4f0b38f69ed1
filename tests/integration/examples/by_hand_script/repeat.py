#!/usr/bin/env python3
from stepup.core.script import driver

CASE_FMT = "{}_{:03d}"


def cases():
    yield "a", 2
    yield "b", 3


def case_info(name, i):
    return {"out": f"{name}.txt", "text": name * i}


def run(out, text):
    print(out, text)


if __name__ == "__main__":
    driver()
