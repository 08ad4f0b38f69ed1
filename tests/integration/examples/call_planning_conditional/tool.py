#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path

from stepup.core.api import run


def more(inp: list[Path]):
    for name in inp[0].read_text().split():
        run(f"touch {name}.txt", out=f"{name}.txt")


if __name__ == "__main__":
    driver()
