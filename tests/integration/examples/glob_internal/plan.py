#!/usr/bin/env python3
from stepup.core.api import glob

glob("*")
