"""Looking at the plan before anything is started: the mistakes of a first try, said at once."""

from __future__ import annotations

import os

from stepup_client.cli.failures import UsageError

__all__ = ("check_plan",)

PLAN = "plan.py"

_SHEBANGS = (b"#!/usr/bin/env python3", b"#!/usr/bin/env python")
"""The first line of a plan: plans get the Python of StepUp, so no other can be asked for."""

_LINE_BYTES_MAX = 256


def check_plan(root: str) -> str | None:
    """Say what keeps the plan of a project from being run; None if nothing does.

    Raises
    ------
    UsageError
        There is no plan at all.
    """
    path = os.path.join(root, PLAN)
    if not os.path.isfile(path):
        raise UsageError(f"File {PLAN} does not exist. Create it in {root}, or change to its directory.")
    if not os.access(path, os.X_OK):
        return f"File is not executable: {PLAN} (make it so: chmod +x {PLAN})"
    with open(path, "rb") as file:
        first_line = file.readline(_LINE_BYTES_MAX).rstrip()
    if first_line not in _SHEBANGS:
        return f"First line of plan differs from '{_SHEBANGS[0].decode()}': {PLAN} (write it there)"
    return None
