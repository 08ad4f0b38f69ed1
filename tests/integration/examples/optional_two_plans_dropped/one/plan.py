#!/usr/bin/env python3
from stepup.core.api import copy

copy("../x.txt", "y.txt", optional=True)
