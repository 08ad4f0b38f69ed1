"""What a program is: how it is best run, and what keeps it from being executed, in better words than the system's."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import sys
from collections.abc import Sequence
from functools import lru_cache

from stepup_shared.hindrance import is_hindrance

__all__ = ("complaint_about", "complaint_from_errno", "find_own_program", "is_script", "warning_about")

_HEAD_BYTES = 256

_SHEBANG = b"#!/usr/bin/env python3"
"""Begins the first line of a script: it gets the Python of its worker."""

_SHEBANG_1 = b"#!/usr/bin/env python"
"""The whole first line of a script of version 1."""


def is_script(words: Sequence[str], workdir: str) -> bool:
    """Tell whether a program is a Python script of the project; one without a slash may also be found in PATH."""
    program = words[0]
    return program.endswith(".py") and ("/" in program or os.path.exists(posixpath.join(workdir, program)))


def complaint_about(words: Sequence[str], workdir: str) -> str | None:
    """Say what keeps a program of the project from being executed."""
    program = words[0]
    if "/" not in program and not is_script(words, workdir):
        return None
    path = posixpath.join(workdir, program)
    place = posixpath.normpath(path)
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if is_hindrance(error):
            raise
        return f"{place} cannot be executed: {error.strerror}. Create it, or declare the step that does as its input."
    if not stat.S_ISREG(mode):
        return f"{place} is not a file: name a program."
    if not os.access(path, os.X_OK):
        return f"File is not executable: {place} (make it so: chmod +x {place})"
    return _complaint_about_first_line(place, _head(path), is_python=program.endswith(".py"))


def _complaint_about_first_line(place: str, head: bytes, *, is_python: bool) -> str | None:
    """Say what is wrong with the first line of a program."""
    if is_python:
        if head.startswith(_SHEBANG) or head.partition(b"\n")[0].rstrip() == _SHEBANG_1:
            return None
        return f"Script does not start with the expected shebang ({_SHEBANG.decode()}): {place}"
    is_text = not head.startswith(b"\x7fELF") and b"\0" not in head
    if is_text and not head.startswith(b"#!"):
        return f"Script does not start with a shebang: {place} (begin it with #! and the interpreter, as in #!/bin/sh)"
    return None


def complaint_from_errno(words: Sequence[str], workdir: str, number: int) -> str:
    """Say why the system refused to execute a program."""
    program = words[0]
    if "/" not in program and number in (errno.ENOENT, errno.ENOTDIR):
        return f"{program} was not found in PATH: install it, or write ./{program} for a local file."
    if "/" not in program and number == errno.EACCES:
        return f"{program} was found in PATH, but is not executable: chmod +x it."
    place = posixpath.normpath(posixpath.join(workdir, program))
    if number == errno.ENOENT:
        return f"{place} cannot be executed: the interpreter in its first line does not exist."
    if number == errno.E2BIG:
        return f"{place} cannot be executed: its arguments and environment are too long. Pass them in a file."
    return f"{place} cannot be executed: {os.strerror(number)}."


def find_own_program(program: str, path: str) -> str | None:
    """Return the file of a program in PATH if it is a Python script of this very environment, such as `pytest`."""
    found = _find(program, path) if "/" not in program else None
    return found if found is not None and _directory_of_python(found) == _own_directory() else None


def warning_about(program: str, path: str) -> str | None:
    """Say that a program in PATH belongs to another Python environment than this one, which has it, too."""
    own = os.path.join(_own_directory(), program)
    if "/" in program or not os.path.exists(own):
        return None
    found = _find(program, path)
    other = None if found is None else _directory_of_python(found)
    if other is None or other == _own_directory():
        return None
    return f"WARNING: {program} is that of another Python environment: {found}, not {own}. Check PATH."


def _find(program: str, path: str) -> str | None:
    for directory in path.split(":"):
        found = os.path.join(directory, program)
        if os.access(found, os.X_OK):
            return found
    return None


def _directory_of_python(path: str) -> str | None:
    """Return the directory of the Python that a program asks for by its full path; None for other programs."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return _read_directory_of_python(path, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=256)
def _read_directory_of_python(path: str, _mtime_ns: int, _inode: int) -> str | None:
    first_line = os.fsdecode(_head(path).partition(b"\n")[0])
    interpreter = first_line[2:].strip()
    if not first_line.startswith("#!/") or not os.path.basename(interpreter).startswith("python"):
        return None
    return os.path.realpath(os.path.dirname(interpreter))


@lru_cache(maxsize=1)
def _own_directory() -> str:
    return os.path.realpath(os.path.dirname(sys.executable))


def _head(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if is_hindrance(error):
            raise
        # A program may be executable and not readable.
        return b"#!"
    try:
        return os.read(fd, _HEAD_BYTES)
    finally:
        os.close(fd)
