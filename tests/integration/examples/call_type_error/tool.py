#!/usr/bin/env python3
from stepup.core.call import driver


def count(number: int):
    print(number)


if __name__ == "__main__":
    driver()
