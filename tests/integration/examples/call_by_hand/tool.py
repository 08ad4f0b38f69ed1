#!/usr/bin/env python3
from stepup.core.call import driver


def show(a: int, b: str = "it's", *, c=(1, 2)):
    print(a, b, c)


def other(inp, out):
    pass


def _hidden():
    pass


if __name__ == "__main__":
    driver()
