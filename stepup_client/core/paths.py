"""Paths as plans write them: a leading `./` and a trailing `/` carry meaning, and are kept."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeGuard

from stepup_client.errors import PathError

if TYPE_CHECKING:
    from path import Path

__all__ = (
    "Affixes",
    "Place",
    "StrPath",
    "StrPaths",
    "SupportsPath",
    "apply_affixes",
    "as_path",
    "as_paths",
    "check_no_directory",
    "coerce_path",
    "coerce_paths",
    "get_affixes",
    "is_path_like",
    "make_path_out",
    "normalise",
)


class SupportsPath(Protocol):
    """What `os.PathLike` is; that module is not for pure code."""

    def __fspath__(self) -> str: ...


StrPath = str | SupportsPath
"""One path."""

StrPaths = StrPath | Iterable[StrPath]
"""One path or several."""


def coerce_path(path: StrPath) -> str:
    """Return the text of a path.

    Raises
    ------
    TypeError
        It is no path.
    PathError
        It is empty, or cannot be the name of a file.
    """
    text = path if isinstance(path, str) else _fspath(path)
    if not text:
        raise PathError("A path is empty.")
    if "\0" in text:
        raise PathError(f"A path contains a NUL byte: {text!r}")
    if not text.isascii():
        _check_utf8(text)
    return str(text)


def coerce_paths(paths: StrPaths) -> list[str]:
    """Return the texts of one path or several, in the given order."""
    if isinstance(paths, str) or is_path_like(paths):
        return [coerce_path(paths)]
    if isinstance(paths, bytes) or not isinstance(paths, Iterable):
        raise TypeError(_what_is_no_path(paths))
    return [coerce_path(path) for path in paths]


def is_path_like(value: object) -> TypeGuard[SupportsPath]:
    """Tell whether a value says which path it stands for."""
    # Asking the protocol at run time takes ten times as long.
    return hasattr(type(value), "__fspath__")


def _fspath(path: object) -> str:
    text: object = path.__fspath__() if is_path_like(path) else path
    if not isinstance(text, str):
        raise TypeError(_what_is_no_path(path))
    return text


def _what_is_no_path(value: object) -> str:
    return f"A path must be a string or path-like, not {type(value).__name__}: {value!r:.80}"


def _check_utf8(text: str) -> None:
    """Refuse what cannot travel: the name of a file that is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PathError(f"A path is not valid UTF-8: {text!r}") from None


def check_no_directory(paths: Iterable[str], is_directory: Callable[[str], bool] = lambda _: False) -> None:
    """Refuse paths that end in a slash, or where a directory is."""
    for path in paths:
        if path.endswith("/") or is_directory(path):
            raise PathError(f"Directories are not allowed: {path}")


class Affixes(NamedTuple):
    """The parts of a path that normalising drops although they carry meaning."""

    local: bool
    """A leading `./`: a program in this directory, not one of the PATH."""
    directory: bool
    """A trailing slash."""


def get_affixes(path: str) -> Affixes:
    """Return what normalising would drop."""
    return Affixes(path.startswith("./") and len(path) > len("./"), path.endswith("/"))


def apply_affixes(path: str, affixes: Affixes) -> str:
    """Return a normalised path with its affixes put back."""
    if affixes.local and not path.startswith(("/", "./", "../")) and path not in {".", ".."}:
        path = "./" + path
    return path + "/" if affixes.directory and not path.endswith("/") else path


def normalise(path: str) -> str:
    """Return a path without detours, its affixes kept."""
    return apply_affixes(posixpath.normpath(path), get_affixes(path))


def make_path_out(src: str, dst: str | None, ext: str | None = None, other_exts: Iterable[str] = ()) -> str:
    """Return where what is made of `src` goes.

    A `dst` that ends in a slash is a directory to put it into, None is the directory of `src`;
    `ext` takes the place of the extension there, and is required elsewhere, unless one of `other_exts` is there.
    """
    directory = posixpath.dirname(src) if dst is None else dst
    path = posixpath.join(directory, _with_extension(src, ext)) if dst is None or dst.endswith("/") else dst
    allowed = (ext, *other_exts)
    if ext is not None and posixpath.splitext(path)[1] not in allowed:
        raise PathError(f"The output path does not have extension {ext!r}: {path}.")
    if posixpath.normpath(path) == posixpath.normpath(src):
        raise PathError(f"The output path cannot equal the input path: {posixpath.normpath(src)}")
    return path


def _with_extension(src: str, ext: str | None) -> str:
    name = posixpath.basename(src)
    return name if ext is None else posixpath.splitext(name)[0] + ext


def as_path(text: str) -> Path:
    """Return a path as plans get it."""
    return _path_class()(text)


def as_paths(texts: Iterable[str]) -> list[Path]:
    """Return paths as plans get them."""
    path_class = _path_class()
    return [path_class(text) for text in texts]


@functools.cache
def _path_class() -> type[Path]:
    # Importing it doubles the time that importing us takes, and some plans get no paths.
    from path import Path

    return Path


class Place(NamedTuple):
    """A directory that relative paths are relative to."""

    directory: str
    """Absolute and normalised."""
    root: str
    """The project root, absolute and normalised."""
    slash: bool
    """It is spelled with a trailing slash, as version 1 did."""

    @property
    def here(self) -> str:
        """The way from the root to this directory."""
        return self._spell(posixpath.relpath(self.directory, self.root))

    @property
    def way_to_root(self) -> str:
        """The way from this directory to the root."""
        return self._spell(posixpath.relpath(self.root, self.directory))

    def enter(self, workdir: str) -> Place:
        """Return the place of a workdir that is relative to this one."""
        if workdir in {"", "."}:
            return self
        directory = posixpath.normpath(posixpath.join(self.directory, workdir))
        return Place(directory, self.root, workdir.endswith("/"))

    def translate_back(self, path: str) -> str:
        """Return a path that is relative to the root as seen from here, its affixes kept."""
        if path.startswith("/"):
            return path
        seen = posixpath.relpath(posixpath.join(self.root, path), self.directory)
        return apply_affixes(seen, get_affixes(path))

    def _spell(self, path: str) -> str:
        return path + "/" if self.slash and path != "." else path
