#!/usr/bin/env python3
import sys

from stepup.core.api import amend

kind, name = sys.argv[1:]
amend(**{kind: name})
