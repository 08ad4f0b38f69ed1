#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path


def write(out: list[str], text: str, times: int = 1):
    Path(out[0]).write_text(text * times + "\n")


def upper(inp: list[str], out: list[str]):
    Path(out[0]).write_text(Path(inp[0]).read_text().upper())


def show(**kwargs):
    print(sorted(kwargs.items()))


if __name__ == "__main__":
    driver()
