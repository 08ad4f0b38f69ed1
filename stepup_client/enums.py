"""The words for states, needs and exit codes, with the numbers that StepUp 4 gives them."""

from __future__ import annotations

import enum

from stepup_client.core.declarations import Need

__all__ = ("FileRole", "FileState", "Need", "ReturnCode", "StepState")


@enum.unique
class FileRole(enum.IntEnum):
    """What a file is for."""

    STATIC = 61
    """Nobody builds it."""
    OUTPUT = 62
    """A step builds it."""
    VOLATILE = 63
    """A step makes it anew each time; nobody may use it."""


@enum.unique
class FileState(enum.IntEnum):
    """What is known about a file."""

    UNDECLARED = 11
    """Used as an input, declared by nobody."""
    UNCONFIRMED = 12
    """Static, not looked at yet."""
    MISSING = 13
    """Static, not there."""
    CONFIRMED = 14
    """Static, there."""
    PLANNED = 15
    """An output that nobody has built yet, or that is not what was built."""
    BUILT = 16
    """An output as its step has built it."""
    OUTDATED = 17
    """An output whose step is to run again."""
    VOLATILE = 18
    """A volatile output."""


@enum.unique
class StepState(enum.IntEnum):
    """What is going on with a step."""

    PENDING = 21
    """It waits for something."""
    RUNNING = 22
    """It runs."""
    SUCCEEDED = 23
    """It has made what it was to make."""
    FAILED = 24
    """It has not."""
    CHECKING = 25
    """It is looked at whether it has to run again."""


class ReturnCode(enum.Flag):
    """What the exit code of `stepup build` is a sum of."""

    INTERNAL = 1
    """Something went wrong outside of the steps."""
    INTERRUPTED = 2
    """A signal has ended the build."""
    FAILED = 4
    """A step failed."""
    WARNING = 8
    """A warning that may matter."""
    PENDING = 16
    """Steps remained pending."""
    DRAINED = 32
    """The build stopped early."""
