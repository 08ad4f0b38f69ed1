#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path


def copy(inp: list[Path], out: list[Path]):
    out[0].write_bytes(inp[0].read_bytes())


def upper(inp: list[Path], out: list[Path]):
    out[0].write_text(inp[0].read_text().upper())


if __name__ == "__main__":
    driver()
