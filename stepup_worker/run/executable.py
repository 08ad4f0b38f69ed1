"""What keeps a program from being executed, in better words than the system's."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Sequence

__all__ = ("complaint_about", "complaint_from_errno", "is_warm_script")

_HEAD_BYTES = 256

_WARM_SHEBANGS = (b"#!/usr/bin/env python3", b"#!/usr/bin/env python")
"""Scripts that ask for just any Python get the one of this worker."""


def complaint_about(words: Sequence[str], workdir: str) -> str | None:
    """Say what keeps a program that is named with a slash from being executed."""
    program = words[0]
    if "/" not in program:
        return None
    path = posixpath.join(workdir, program)
    place = _place(program, workdir)
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return f"{place} cannot be executed: {error.strerror}. Create it, or declare the step that does as its input."
    if not stat.S_ISREG(mode):
        return f"{place} is not a file: name a program."
    if not os.access(path, os.X_OK):
        return f"{place} is not executable: chmod +x {posixpath.normpath(path)}"
    if _is_text_without_shebang(_head(path)):
        return f"{place} has no shebang: begin its first line with #! and the interpreter, as in #!/usr/bin/env python3"
    return None


def complaint_from_errno(words: Sequence[str], workdir: str, number: int) -> str:
    """Say why the system refused to execute a program."""
    program = words[0]
    if "/" not in program and number in (errno.ENOENT, errno.ENOTDIR):
        return f"{program} was not found in PATH: install it, or write ./{program} for a local file."
    if "/" not in program and number == errno.EACCES:
        return f"{program} was found in PATH, but is not executable: chmod +x it."
    place = _place(program, workdir)
    if number == errno.ENOENT:
        return f"{place} cannot be executed: the interpreter in its first line does not exist."
    if number == errno.E2BIG:
        return f"{place} cannot be executed: its arguments and environment are too long. Pass them in a file."
    return f"{place} cannot be executed: {os.strerror(number)}."


def is_warm_script(words: Sequence[str], workdir: str) -> bool:
    """Tell whether a program is a Python script that the fork server may run."""
    program = words[0]
    if not program.endswith(".py") or "/" not in program:
        return False
    first_line = _head(posixpath.join(workdir, program)).partition(b"\n")[0]
    return first_line.rstrip() in _WARM_SHEBANGS


def _place(program: str, workdir: str) -> str:
    is_root = posixpath.normpath(workdir) == "."
    return program if is_root or program.startswith("/") else f"{program} in {workdir}"


def _head(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        # A program may be executable and not readable.
        return b""
    try:
        return os.read(fd, _HEAD_BYTES)
    finally:
        os.close(fd)


def _is_text_without_shebang(head: bytes) -> bool:
    is_text = bool(head) and not head.startswith(b"\x7fELF") and b"\0" not in head
    return is_text and not head.startswith(b"#!")
