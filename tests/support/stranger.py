"""What another user of the same machine can do to programs and files of ours: tries it all, and tells what was granted.

Run as root, as `python -m tests.support.stranger`; the attempts come as JSON on standard input, what came of each
goes to standard output.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ("STRANGER", "Attempt", "granted_to_stranger")

STRANGER = 12346
"""Nobody's number."""

Attempt = tuple[str, str]
"""What is tried, one of `_WAYS`, and at which path or process."""

_PTRACE_ATTACH = 16
_PTRACE_DETACH = 17


def granted_to_stranger(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Try something as another user; return what was granted."""
    words = [sys.executable, "-m", "tests.support.stranger"]
    told = subprocess.run(words, input=json.dumps(attempts), capture_output=True, text=True, timeout=60, check=True)
    return [(way, target) for way, target, answer in json.loads(told.stdout) if answer != "denied"]


def _connect(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(path)


def _write(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND))


def _create(path: str) -> None:
    (Path(path) / "planted").touch(exist_ok=False)


def _rename(path: str) -> None:
    Path(path).rename(f"{path}.moved")


def _remove(path: str) -> None:
    Path(path).unlink()


def _read(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 1)
    os.close(descriptor)


def _list(path: str) -> None:
    list(Path(path).iterdir())


def _signal(pid: str) -> None:
    os.kill(int(pid), 0)


def _trace(pid: str) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.ptrace(_PTRACE_ATTACH, int(pid), None, None):
        raise OSError(ctypes.get_errno(), "ptrace")
    library.ptrace(_PTRACE_DETACH, int(pid), None, None)


_WAYS: dict[str, Callable[[str], None]] = {
    "connect": _connect,
    "list": _list,
    "read": _read,
    "write": _write,
    "create": _create,
    "rename": _rename,
    "remove": _remove,
    "signal": _signal,
    "trace": _trace,
}
_DENIED = {errno.EACCES, errno.EPERM}


def _answer(way: str, target: str) -> str:
    """Try one thing; return `granted`, `denied`, or what else has happened, which is no denial."""
    try:
        _WAYS[way](target)
    except OSError as error:
        return "denied" if error.errno in _DENIED else str(error)
    return "granted"


def main() -> None:
    """Become somebody else and try."""
    attempts: list[Attempt] = json.load(sys.stdin)
    os.setgroups([])
    os.setresgid(STRANGER, STRANGER, STRANGER)
    os.setresuid(STRANGER, STRANGER, STRANGER)
    print(json.dumps([(way, target, _answer(way, target)) for way, target in attempts]))


if __name__ == "__main__":
    main()
