#!/usr/bin/env python3
from stepup.core.call import driver

import os
from pathlib import Path


def word(out: list[Path]):
    out[0].write_text(os.environ["WORD"] + "\n")


if __name__ == "__main__":
    driver()
