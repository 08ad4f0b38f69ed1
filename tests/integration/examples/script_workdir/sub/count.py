#!/usr/bin/env python3
from stepup.core.script import driver



def info():
    return {"inp": "words.txt", "out": "count.txt", "static": "words.txt", "word": "the"}


def run(inp, out, word):
    with open(inp) as words, open(out, "w") as count:
        print(words.read().split().count(word), file=count)


if __name__ == "__main__":
    driver()
