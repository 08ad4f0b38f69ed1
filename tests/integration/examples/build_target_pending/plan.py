#!/usr/bin/env python3
from stepup.core.api import copy

copy("nowhere.txt", "a.txt")
copy("elsewhere.txt", "b.txt")
