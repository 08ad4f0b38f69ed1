#!/usr/bin/env python3
from stepup.core.call import driver


def bars(out, width: int = 10):
    with open(out[0], "w") as picture:
        picture.write("#" * width + "\n")


if __name__ == "__main__":
    driver()
