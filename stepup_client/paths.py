"""What authors of packages do with paths: the functions of `stepup.core.path`.

Paths come in as text or as `os.PathLike`, and go out as `path.Path`, which keeps a leading `./` and a trailing slash.
Directories are those of the calling process and of its project; symbolic links in them are resolved.
"""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Iterable

from path import Path

from stepup_client.core import paths as texts
from stepup_client.core.paths import StrPath, StrPaths
from stepup_client.errors import PathError

__all__ = (
    "StrPath",
    "apply_affixes",
    "coerce_path",
    "coerce_paths",
    "coerce_paths2",
    "coerce_str",
    "dir_range_upper",
    "format_local_executable",
    "get_affixes",
    "get_here",
    "get_root",
    "get_stepup_root",
    "make_path_out",
    "parent_dir",
    "short_path",
    "translate",
    "translate_back",
)


def coerce_str(arg: StrPath) -> str:
    """Return a path as text.

    Parameters
    ----------
    arg
        Text or an `os.PathLike` of text.

    Raises
    ------
    TypeError
        The argument is no path.
    PathError
        It is empty or cannot be the name of a file.

    Examples
    --------
    >>> coerce_str(Path("sub/"))
    'sub/'
    """
    return texts.coerce_path(arg)


def coerce_path(arg: StrPath) -> Path:
    """Return a path as `path.Path`, spelled as it was; raises as `coerce_str`.

    Examples
    --------
    >>> coerce_path("./sub//a.txt")
    Path('./sub//a.txt')
    """
    return Path(texts.coerce_path(arg))


def coerce_paths(args: StrPaths) -> list[Path]:
    """Return one path or several as a list, in the given order; raises as `coerce_str`.

    Examples
    --------
    >>> coerce_paths("a.txt")
    [Path('a.txt')]
    """
    return [Path(text) for text in texts.coerce_paths(args)]


def coerce_paths2(args: Iterable[StrPaths]) -> list[Path]:
    """Return a list of what holds paths and, one level deep, lists of paths; raises as `coerce_str`.

    Examples
    --------
    >>> coerce_paths2(["a", ["b", "c"]])
    [Path('a'), Path('b'), Path('c')]
    """
    return [path for one in args for path in coerce_paths(one)]


def get_affixes(path: StrPath) -> tuple[str, str]:
    """Return what normalising a path would drop: a leading `./` and a trailing slash, or empty text.

    Examples
    --------
    >>> get_affixes("./sub/")
    ('./', '/')
    """
    affixes = texts.get_affixes(texts.coerce_path(path))
    return "./" if affixes.local else "", "/" if affixes.directory else ""


def apply_affixes(path: StrPath, leading: str, trailing: str) -> Path:
    """Return a path with the affixes that `get_affixes` found.

    Raises
    ------
    PathError
        The path is absolute and shall begin with `./`, or has a trailing slash already.

    Examples
    --------
    >>> apply_affixes("sub", "./", "/")
    Path('./sub/')
    """
    text = texts.coerce_path(path)
    if leading and text.startswith("/"):
        raise PathError(f"Path already has a leading slash: {text}")
    if trailing and text.endswith("/"):
        raise PathError(f"Path already has a trailing slash: {text}")
    return Path(f"{leading}{text}{trailing}")


def make_path_out(
    path_in: StrPath, dest: StrPath | None, ext: str | None = None, other_exts: Iterable[str] = ()
) -> Path:
    """Return the path of a product that is named after a source.

    Parameters
    ----------
    path_in
        The source.
    dest
        A directory, with a trailing slash, to put the product into; the product itself; or None for the directory of
        the source.
    ext
        The extension of the product, with its dot; None leaves the extension as it is.
    other_exts
        Extensions which are as good, if `dest` has one of them.

    Raises
    ------
    PathError
        The product has another extension, or is the source.

    Examples
    --------
    >>> make_path_out("src/a.md", "public/", ".html")
    Path('public/a.html')
    """
    target = None if dest is None else texts.coerce_path(dest)
    return Path(texts.make_path_out(texts.coerce_path(path_in), target, ext, other_exts))


def get_stepup_root() -> Path:
    """Return the absolute path of the project: STEPUP_ROOT, or outside of a build the current directory."""
    return Path(os.path.realpath(os.environ.get("STEPUP_ROOT") or "."))


def get_here(workdir: StrPath = ".") -> Path:
    """Return the way from the root of the project to a directory, which is relative to the current one.

    Examples
    --------
    >>> get_here("sub")
    Path('sub')
    """
    return Path(posixpath.relpath(_absolute(workdir), get_stepup_root()))


def get_root(workdir: StrPath = ".") -> Path:
    """Return the way from a directory, which is relative to the current one, to the root of the project.

    Examples
    --------
    >>> get_root("sub/deep")
    Path('../..')
    """
    return Path(posixpath.relpath(get_stepup_root(), _absolute(workdir)))


def translate(path: StrPath, workdir: StrPath = ".") -> Path:
    """Return a path relative to the root of the project; one that is absolute stays so.

    Parameters
    ----------
    path
        Relative to `workdir`.
    workdir
        Relative to the current directory.

    Examples
    --------
    >>> translate("../a.txt", "sub/deep")
    Path('sub/a.txt')
    """
    text = texts.coerce_path(path)
    if text.startswith("/"):
        return Path(posixpath.normpath(text))
    return Path(posixpath.relpath(posixpath.join(_absolute(workdir), text), get_stepup_root()))


def translate_back(path: StrPath, workdir: StrPath = ".") -> Path:
    """Return a path that is relative to the root as seen from a directory; one that is absolute stays so.

    Parameters
    ----------
    path
        Relative to the root of the project.
    workdir
        Relative to the current directory.

    Examples
    --------
    >>> translate_back("a.txt", "sub/deep")
    Path('../../a.txt')
    """
    text = texts.coerce_path(path)
    if text.startswith("/"):
        return Path(posixpath.normpath(text))
    return Path(posixpath.relpath(posixpath.join(get_stepup_root(), text), _absolute(workdir)))


def _absolute(workdir: StrPath) -> str:
    return posixpath.normpath(posixpath.join(os.path.realpath("."), texts.coerce_path(workdir)))


def parent_dir(path: StrPath) -> str:
    """Return the directory that holds a path; one with a trailing slash holds itself.

    Examples
    --------
    >>> parent_dir("a.txt"), parent_dir("sub/")
    ('.', 'sub')
    """
    return posixpath.dirname(os.fspath(path)) or "."


def short_path(path: StrPath) -> Path:
    """Return an absolute path below the current directory as a relative one that begins with `./`."""
    text = texts.coerce_path(path)
    if not text.startswith("/"):
        return Path(text)
    whole = texts.normalise(text)
    here = os.path.realpath(".").rstrip("/") + "/"
    if not whole.startswith(here):
        return Path(whole)
    return Path("./" + whole.removeprefix(here)) if whole != here else Path(".")


def format_local_executable(executable: StrPath) -> str:
    """Return a program of the project as the first word of a command, with a slash and quoted.

    Raises
    ------
    PathError
        The path is absolute.

    Examples
    --------
    >>> format_local_executable("my tool.py")
    "'./my tool.py'"
    """
    text = texts.coerce_path(executable)
    if text.startswith("/"):
        raise PathError(f"Executable is not a relative path: {text}")
    return shlex.quote(text if text.startswith(("./", "../")) else f"./{text}")


def dir_range_upper(parent: str) -> str:
    """Return the text that sorts right after all paths below a directory, which ends in a slash.

    Examples
    --------
    >>> dir_range_upper("sub/")
    'sub0'
    """
    if not parent.endswith("/"):
        raise ValueError("Trailing slash expected to compute path range upper bound")
    return parent[:-1] + chr(ord("/") + 1)
