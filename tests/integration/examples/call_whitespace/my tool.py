#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path


def write(out: list[Path], text: str):
    out[0].write_text(text + "\n")


def copy(inp: list[Path], out: list[Path]):
    out[0].write_text(inp[0].read_text())


if __name__ == "__main__":
    driver()
