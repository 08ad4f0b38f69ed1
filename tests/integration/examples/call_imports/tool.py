#!/usr/bin/env python3
from stepup.core.call import driver

from pathlib import Path

import lib


def word(out: list[Path]):
    out[0].write_text(lib.WORD + "\n")


if __name__ == "__main__":
    driver()
