#!/usr/bin/env python3
from stepup.core.call import driver


def nothing():
    print("nothing")


if __name__ == "__main__":
    driver()
