#!/usr/bin/env python3
from stepup.core.call import driver

from stepup.core.api import run


def more(names: list[str]):
    for name in names:
        run(f"echo {name} > {name}.txt", shell=True, out=f"{name}.txt")


if __name__ == "__main__":
    driver()
