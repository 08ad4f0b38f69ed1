"""The variables that a step finds in its environment, besides those of the worker itself."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import lru_cache

from .values import Assignment, AttemptId

__all__ = ("base_variables", "step_variables")

_EPOCH = "315532800"
"""1 January 1980: the earliest moment that zip files can hold."""


def base_variables(
    own: Mapping[str, str], *, log_level: str, fix_epoch: bool, outlives: bool = False
) -> dict[str, str]:
    """Return what all steps of a worker get: its own environment and what the user chose for the build.

    Steps that outlive a director (their worker is not part of one build) wait for the next one when they have to speak.
    """
    epoch = {"SOURCE_DATE_EPOCH": _EPOCH} if fix_epoch else {}
    patience = {"STEPUP_OUTLIVES_DIRECTOR": "1"} if outlives else {}
    inherited = {name: value for name, value in own.items() if name != "STEPUP_OUTLIVES_DIRECTOR"}
    return {**epoch, **inherited, **patience, "STEPUP_BUILD_LOG_LEVEL": log_level.upper()}


def step_variables(
    attempt: AttemptId, assignment: Assignment, root: str, socket: str, token_file: str
) -> dict[str, str]:
    """Return what is set for a step on top of the worker's own environment."""
    here = assignment.workdir or "."
    return {
        **dict(assignment.environment),
        "HERE": here,
        "ROOT": _way_to_root(here, root),
        "STEPUP_ROOT": root,
        "STEPUP_DIRECTOR_SOCKET": socket,
        "STEPUP_TOKEN_FILE": token_file,
        "STEPUP_STEP_I": str(attempt.step),
        "STEPUP_JOB_I": str(attempt.number),
        "STEPUP_STEP_INP_DIGEST": assignment.input_digest,
        "STEPUP_STEP_NEED": assignment.need,
    }


@lru_cache(maxsize=1024)
def _way_to_root(workdir: str, root: str) -> str:
    """Return the path from a working directory to the root, with a trailing slash when the directory has one."""
    way = posixpath.relpath(root, posixpath.join(root, workdir))
    return way + "/" if workdir.endswith("/") else way
