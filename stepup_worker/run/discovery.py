"""Finding the director that serves a root."""

from __future__ import annotations

import json
import os

__all__ = ("find_director", "read_probe")


def find_director(root: str, given: str | None) -> str | None:
    """Return the path of the director's socket; None when there is none to be seen.

    It may be a dead director's: only calling it tells.
    """
    path = _read_address(root) if given is None else given
    return path if path is not None and os.path.exists(path) else None


def _read_address(root: str) -> str | None:
    try:
        with open(os.path.join(root, ".stepup", "director.json"), encoding="utf-8") as file:
            address: object = json.load(file)
    except (OSError, ValueError):
        # Absent, or just being written.
        return None
    match address:
        case {"socket": str(path)}:
            return path
        case _:
            return None


def read_probe(root: str) -> str:
    """Return by what the director knows that a worker sees its root; empty when there is nothing."""
    try:
        with open(os.path.join(root, ".stepup", "probe"), encoding="ascii", errors="replace") as file:
            return file.read(_PROBE_CHARACTERS_MAX)
    except OSError:
        return ""


_PROBE_CHARACTERS_MAX = 64
