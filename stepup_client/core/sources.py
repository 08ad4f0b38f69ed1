"""Which line of a plan is speaking, and whether it handles what may be raised there."""

from __future__ import annotations

import functools
import opcode
import posixpath
import sys
from collections.abc import Iterator
from types import CodeType, FrameType

from .declarations import Source

__all__ = ("OWN_FOLDER", "calling_line", "is_guarded")

OWN_FOLDER = posixpath.dirname(posixpath.dirname(__file__)) + "/"
"""Code below it is ours, not the plan's."""

_UNIT_BYTES = 2
"""Of one instruction; the table of handlers counts in instructions."""

_CATCH = opcode.opmap["PUSH_EXC_INFO"]
_END_OF_WITH = opcode.opmap["WITH_EXCEPT_START"]


def calling_line() -> Source:
    """Return the innermost line on the stack that is not ours."""
    frame = sys._getframe(1)
    while (code := frame.f_code).co_filename.startswith(OWN_FOLDER):
        if frame.f_back is None:
            return Source("", 0)
        frame = frame.f_back
    return Source(code.co_filename, frame.f_lineno)


def is_guarded() -> bool:
    """Tell whether a `try` of the plan, up to its outermost line, surrounds the call that is going on.

    A `with` does not count: hardly any swallows exceptions, and many plans read files inside of one.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_exceptiontable and _is_plan(code) and _has_handler(code, frame.f_lasti):
            return True
        if code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__":
            return False
        frame = frame.f_back
    return False


def _is_plan(code: CodeType) -> bool:
    """Tell whether code is neither ours nor the machinery of imports."""
    return not code.co_filename.startswith((OWN_FOLDER, "<frozen "))


@functools.lru_cache(maxsize=4096)
def _has_handler(code: CodeType, position: int) -> bool:
    """Tell whether some handler of a function looks at what is raised at a position of its code.

    The table leads to the innermost handler only; the next one is the handler of that handler.
    """
    handler = _handler_of(code, position)
    while handler is not None and not _looks_at_exceptions(code.co_code, handler):
        handler = _handler_of(code, handler)
    return handler is not None


def _handler_of(code: CodeType, position: int) -> int | None:
    """Return where the handler begins that gets what is raised at a position; None when there is none."""
    entries = _entries(code.co_exceptiontable)
    return next((handler for start, end, handler in entries if start <= position < end), None)


def _looks_at_exceptions(instructions: bytes, handler: int) -> bool:
    """Tell whether a handler is that of a `try`, and not of a `with` or one that restores a variable."""
    following = handler + _UNIT_BYTES
    return instructions[handler] == _CATCH and instructions[following] != _END_OF_WITH


def _entries(table: bytes) -> Iterator[tuple[int, int, int]]:
    """Return begin, end and handler of each entry of a table of handlers, as positions in the code."""
    numbers = _numbers(table)
    for start in numbers:
        length, handler, _ = next(numbers), next(numbers), next(numbers)
        yield start * _UNIT_BYTES, (start + length) * _UNIT_BYTES, handler * _UNIT_BYTES


def _numbers(table: bytes) -> Iterator[int]:
    """Return the numbers of a table of handlers, six bits in each byte, the most significant first.

    See "Format of the exception table" in Python's InternalDocs/exception_handling.md.
    """
    number = 0
    for byte in table:
        number = number << 6 | byte & 0x3F
        if not byte & 0x40:
            yield number
            number = 0
