"""The program that shows a command files at absolute paths where this machine has others, or none.

`python enclosure.py FILE WORD ..` reads from FILE, as JSON, which file is to be seen at which path, lets this process
and its children see it so, and becomes the command. Nothing changes for anybody else: the files are mounted in a
namespace of this process, which also ends with it. `python enclosure.py` alone tells by its exit code whether that is
possible.

Directories which lack a file get their entries mounted side by side with it in a file system in memory, as far up as is
needed; what a command creates directly in such a directory is gone when it ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import stat
import sys
from collections.abc import Mapping

__all__ = ("main",)

_NEW_NAMESPACE, _NEW_USERS = 0x00020000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
_CANNOT = 125
"""The exit code when the command cannot be shown what it needs."""

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Show what is to be seen and become the command."""
    try:
        _enter_namespace()
        if len(sys.argv) > 1:
            with open(sys.argv[1], encoding="utf-8") as file:
                plan: dict[str, str] = json.load(file)
            _show(plan, f"{sys.argv[1]}.root")
    except OSError as error:
        sys.stderr.write(
            f"The machine of this worker has not the same files at absolute paths as the director's, and does not let"
            f" steps see others there ({error}). Put the inputs there, or declare them relative to the project.\n"
        )
        sys.exit(_CANNOT)
    if len(sys.argv) > 1:
        _become(sys.argv[2:])


def _become(words: list[str]) -> None:
    """Execute a command with the signals that it would have found without us."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(words[0], words)
    except OSError as error:
        sys.stderr.write(f"{words[0]}: {error.strerror}\n")
        sys.exit(127)


def _enter_namespace() -> None:
    """Let mounts be our own; who is not root becomes so, in a namespace of users where that means nothing else."""
    user, group = os.geteuid(), os.getegid()
    if user or _libc.unshare(_NEW_NAMESPACE):
        _check(_libc.unshare(_NEW_NAMESPACE | _NEW_USERS), "unshare")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    _mount("none", "/", _RECURSIVE | _PRIVATE)


def _show(plan: Mapping[str, str], scratch: str) -> None:
    """Mount files where they are to be seen."""
    here = os.getcwd()
    os.mkdir(scratch)
    _mount("none", scratch, 0, kind=b"tmpfs")
    lacking = {_existing_parent(path) for path in plan if not os.path.exists(path)}
    root = ""
    # From the top downwards: what is mounted on a directory hides what was mounted below it.
    for count, directory in enumerate(sorted(lacking, key=len)):
        mirror = f"{scratch}/{count}"
        _mirror(root + directory, mirror)
        if directory == "/":
            root = mirror
        else:
            _mount(mirror, root + directory, _BIND | _RECURSIVE)
    for path, source in plan.items():
        _show_file(source, root + os.path.realpath(path))
    if root:
        os.chroot(root)
    os.chdir(here)


def _show_file(source: str, place: str) -> None:
    """Mount a file at a path, for reading."""
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if not os.path.exists(place):
        _make_file(place)
    _mount(source, place, _BIND)
    # Flags that cannot be taken away in a namespace of users are kept.
    kept = os.statvfs(place).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)
    _mount("none", place, _BIND | _REMOUNT | _READ_ONLY | kept)


def _make_file(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def _existing_parent(path: str) -> str:
    """Return the nearest directory above a path that is there, links followed."""
    parent = os.path.dirname(path)
    while not os.path.isdir(parent):
        parent = os.path.dirname(parent)
    return os.path.realpath(parent)


def _mirror(directory: str, mirror: str) -> None:
    """Make a directory with the same entries, mounted one by one."""
    os.mkdir(mirror, stat.S_IMODE(os.stat(directory).st_mode))
    for entry in os.scandir(directory):
        place = f"{mirror}/{entry.name}"
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), place)
            continue
        if entry.is_dir():
            os.mkdir(place)
        else:
            _make_file(place)
        _mount(entry.path, place, _BIND | _RECURSIVE)


def _mount(source: str, target: str, flags: int, kind: bytes | None = None) -> None:
    _check(_libc.mount(os.fsencode(source), os.fsencode(target), kind, flags, None), target)


def _check(result: int, what: str) -> None:
    """Raise what a call has left as its error."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


if __name__ == "__main__":
    main()
