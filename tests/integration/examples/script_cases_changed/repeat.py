#!/usr/bin/env python3
from stepup.core.script import driver

CASE_FMT = "{name}_{i:03d}"


def cases():
    yield {"name": "a", "i": 1}
    yield {"name": "b", "i": 22}


def case_info(name, i):
    return {"inp": [f"{name}.txt"], "out": f"{name}{i}.txt", "times": i}


def run(inp, out, times):
    with open(inp[0]) as source, open(out, "w") as target:
        print(source.read().strip() * times, file=target)


if __name__ == "__main__":
    driver()
