#!/usr/bin/env python3
from stepup.core.api import copy

copy("../one/y.txt", "y.txt")
