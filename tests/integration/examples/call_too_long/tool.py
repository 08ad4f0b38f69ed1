#!/usr/bin/env python3
from stepup.core.call import driver


def show(a: str):
    print(len(a))


if __name__ == "__main__":
    driver()
