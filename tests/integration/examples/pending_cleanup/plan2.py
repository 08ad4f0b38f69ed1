#!/usr/bin/env python3
from stepup.core.api import copy

copy("nowhere.txt", "new.txt")
