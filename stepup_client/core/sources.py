"""Which line of a plan is speaking."""

from __future__ import annotations

import posixpath
import sys

from .declarations import Source

__all__ = ("OWN_FOLDER", "calling_line")

OWN_FOLDER = posixpath.dirname(posixpath.dirname(__file__)) + "/"
"""Code below it is ours, not the plan's."""


def calling_line() -> Source:
    """Return the innermost line on the stack that is not ours."""
    frame = sys._getframe(1)
    while (code := frame.f_code).co_filename.startswith(OWN_FOLDER):
        if frame.f_back is None:
            return Source("", 0)
        frame = frame.f_back
    return Source(code.co_filename, frame.f_lineno)
