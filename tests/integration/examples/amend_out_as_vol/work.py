#!/usr/bin/env python3
import sys

from stepup.core.api import amend

path, kind = sys.argv[1:]
open(path, "w").close()
if kind in {"out", "both"}:
    amend(out=path)
if kind in {"vol", "both"}:
    amend(vol=path)
