#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path

from stepup.core.api import amend


def join(inp: list[Path], out: list[Path]):
    names = inp[0].read_text().split()
    amend(inp=names)
    out[0].write_text(" ".join(Path(name).read_text().strip() for name in names) + "\n")


if __name__ == "__main__":
    driver()
