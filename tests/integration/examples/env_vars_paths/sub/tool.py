#!/usr/bin/env python3
from stepup.core.api import getenv

with open("said.txt", "w") as said:
    print(getenv("LIST", multi=True), file=said)
    print(getenv("LIST", multi=True, back=True), file=said)
    print(getenv("SOURCE"), getenv("SOURCE", path=True), file=said)
    print(getenv("BACK", back=True), getenv("HERE"), getenv("ROOT"), file=said)
    print(getenv("UNSET"), getenv("UNSET", multi=True), getenv("UNSET", "x/", path=True), file=said)
    try:
        getenv("UNSET", path=True)
    except ValueError as error:
        print(type(error).__module__ + "." + type(error).__name__, file=said)
