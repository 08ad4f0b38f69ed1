"""What the user can mend, said in one sentence; everything else is our bug and keeps its traceback."""

from __future__ import annotations

__all__ = ("UsageError",)


class UsageError(Exception):
    """A command cannot do what it was asked to; the text says what and why, and what to do."""
