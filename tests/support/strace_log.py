"""What a program has done to the files of a project, from the log of `strace -f -y -xx`: operations in order."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

__all__ = ("Operation", "operations_in", "strace_words")

_NOT_UNDERSTOOD = (
    "writev", "pwritev", "pwritev2", "fallocate", "truncate", "link", "linkat", "symlink", "symlinkat", "sendfile",
    "copy_file_range",
)  # fmt: skip
"""Nothing of this is used on the files of a project; should that change, the model has to learn it."""

_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"(?:-?\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")
_RESULT = re.compile(r"\)\s+= (-?\d+)(?:<((?:\\x[0-9a-f]{2})*)>)?")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")


class Operation(NamedTuple):
    """Something that was done to a file or directory."""

    kind: str
    """open, write, truncate, sync, rename, unlink, mkdir or rmdir."""
    path: str
    """Absolute."""
    begun: int
    """How many operations had ended when this one began: a sync is about those."""
    data: bytes = b""
    """What was written."""
    offset: int = 0
    """Where; -1: at the end."""
    size: int = 0
    """To which a file was truncated."""
    target: str = ""
    """The new name."""


class _Call(NamedTuple):
    """One call of the kernel that has succeeded."""

    name: str
    said: str
    """The arguments."""
    result: int
    opened: str
    """The path of the descriptor that was returned."""
    begun: int

    @property
    def place(self) -> str:
        """The path of the descriptor that comes first; empty when it has none any more."""
        match = _PLACE.match(self.said)
        return "" if match is None or match[2] else _decoded(match[1]).decode()

    @property
    def descriptor(self) -> int:
        """The descriptor that comes first."""
        return int(self.said.partition("<")[0])

    @property
    def last_number(self) -> int:
        """The last argument."""
        return int(self.said.rpartition(", ")[2])

    @property
    def text(self) -> bytes:
        """The first argument in quotes."""
        match = _TEXT.search(self.said)
        return b"" if match is None else _decoded(match[1])

    def paths(self, folder: str) -> list[str]:
        """Return all paths that are named, each seen from the directory before it."""
        names = [_decoded(match[1]).decode() for match in _TEXT.finditer(self.said)]
        places = [_decoded(match[1]).decode() for match in _PLACE.finditer(self.said)] or [folder] * len(names)
        return [posixpath.normpath(posixpath.join(place, name)) for place, name in zip(places, names, strict=False)]


def strace_words(strace: str, log: str) -> tuple[str, ...]:
    """Return what starts a program whose doings are logged."""
    calls = ",".join((*_MEANINGS, *_NOT_UNDERSTOOD))
    return (strace, "-f", "-y", "-xx", "-qq", "-s", "100000000", "-o", log, "-e", f"trace={calls}")


def operations_in(lines: Iterable[str], folder: str) -> Iterator[Operation]:
    """Yield what was done to files; the program was started in a folder."""
    positions: dict[int, int] = {}
    done = 0
    begun: dict[str, tuple[str, int]] = {}
    for line in lines:
        thread, _, text = line.rstrip("\n").partition(" ")
        text = text.lstrip()
        if text.endswith(_UNFINISHED):
            begun[thread] = text.removesuffix(_UNFINISHED), done
            continue
        resumed = _RESUMED.match(text)
        first, since = begun.pop(thread) if resumed else ("", done)
        call = _call_in(first + text[resumed.end() :] if resumed else text, since)
        if call is None:
            continue
        for operation in _MEANINGS.get(call.name, _refuse)(call, folder, positions):
            done += 1
            yield operation


def _call_in(text: str, begun: int) -> _Call | None:
    """Understand one whole line; None for a call that failed, and for what is no call."""
    name, bracket, rest = text.partition("(")
    found = _RESULT.search(rest)
    if not bracket or found is None or int(found[1]) < 0:
        return None
    return _Call(name, rest[: found.start()], int(found[1]), _decoded(found[2] or "").decode(errors="replace"), begun)


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


_Positions = dict[int, int]


def _open(call: _Call, _folder: str, positions: _Positions) -> Iterator[Operation]:
    positions[call.result] = -1 if "O_APPEND" in call.said else 0
    if "O_CREAT" in call.said or "O_TRUNC" in call.said:
        yield Operation("open", call.opened, call.begun)
    if "O_TRUNC" in call.said:
        yield Operation("truncate", call.opened, call.begun)


def _close(call: _Call, _folder: str, positions: _Positions) -> Iterator[Operation]:
    positions.pop(call.descriptor, None)
    yield from ()


def _seek(call: _Call, _folder: str, positions: _Positions) -> Iterator[Operation]:
    if positions.get(call.descriptor, -1) >= 0:
        positions[call.descriptor] = call.result
    yield from ()


def _write(call: _Call, _folder: str, positions: _Positions) -> Iterator[Operation]:
    offset = positions.get(call.descriptor, 0)
    if offset >= 0:
        positions[call.descriptor] = offset + call.result
    if call.place.startswith("/"):
        yield Operation("write", call.place, call.begun, call.text[: call.result], offset)


def _write_at(call: _Call, _folder: str, _positions: _Positions) -> Iterator[Operation]:
    if call.place:
        yield Operation("write", call.place, call.begun, call.text[: call.result], call.last_number)


def _truncate(call: _Call, _folder: str, _positions: _Positions) -> Iterator[Operation]:
    if call.place:
        yield Operation("truncate", call.place, call.begun, size=call.last_number)


def _sync(call: _Call, _folder: str, _positions: _Positions) -> Iterator[Operation]:
    if call.place:
        yield Operation("sync", call.place, call.begun)


def _rename(call: _Call, folder: str, _positions: _Positions) -> Iterator[Operation]:
    old, new = call.paths(folder)
    yield Operation("rename", old, call.begun, target=new)


def _naming(kind: str) -> _Meaning:
    """Return what understands a call about one name."""

    def understand(call: _Call, folder: str, _positions: _Positions) -> Iterator[Operation]:
        is_directory = kind == "unlink" and "AT_REMOVEDIR" in call.said
        yield Operation("rmdir" if is_directory else kind, call.paths(folder)[0], call.begun)

    return understand


def _refuse(call: _Call, folder: str, _positions: _Positions) -> Iterator[Operation]:
    """Complain of what nobody has taught us, if it is about the project."""
    if call.place.startswith(folder):
        raise AssertionError(f"The model of the disk does not know {call.name}({call.said[:200]}")
    yield from ()


_Meaning = Callable[[_Call, str, _Positions], Iterator[Operation]]
_MEANINGS: Mapping[str, _Meaning] = {
    **dict.fromkeys(("open", "openat", "openat2", "creat"), _open),
    "close": _close,
    "lseek": _seek,
    "write": _write,
    "pwrite64": _write_at,
    "ftruncate": _truncate,
    **dict.fromkeys(("fsync", "fdatasync"), _sync),
    **dict.fromkeys(("rename", "renameat", "renameat2"), _rename),
    **dict.fromkeys(("unlink", "unlinkat"), _naming("unlink")),
    **dict.fromkeys(("mkdir", "mkdirat"), _naming("mkdir")),
    "rmdir": _naming("rmdir"),
}
"""What calls mean."""
