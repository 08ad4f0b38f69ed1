#!/usr/bin/env python3
from stepup.core.api import *


for function in (lambda *inp: "true", lambda other: "true", lambda inp, /: "true"):
    try:
        run(function)
    except ValueError as error:
        print(type(error).__module__ + "." + type(error).__name__)
try:
    run(lambda: 3)
except TypeError:
    print("TypeError")
