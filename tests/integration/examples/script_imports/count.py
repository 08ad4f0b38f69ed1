#!/usr/bin/env python3
from stepup.core.script import driver

import lib


def info():
    return {"inp": "words.txt", "out": ["count.txt"]}


def run(inp, out):
    with open(inp) as words, open(out[0], "w") as count:
        print(words.read().split().count(lib.WORD), file=count)


if __name__ == "__main__":
    driver()
