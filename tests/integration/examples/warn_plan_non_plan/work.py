#!/usr/bin/env python3
import sys

from stepup.core.api import plan

plan("./sub.py")
