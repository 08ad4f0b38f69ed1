"""For those who write tools that run as steps: programs that a step runs itself, and which files are sources.

`run_subprocess` runs a program as the step would have been run, and lets the director keep what it did and wrote.
`filter_dependencies` and `get_local_import_paths` select the files that a step should amend as inputs.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from stepup_client.core.commands import parse_command
from stepup_client.core.declarations import SubprocessRecord
from stepup_client.core.paths import StrPath, as_path, as_paths, coerce_path
from stepup_client.imports import PATH_FILTER, PathFilter, imported_files, path_filter
from stepup_client.rpc.current import Caller, caller

if TYPE_CHECKING:
    import subprocess

    from path import Path

__all__ = ("child_env", "filter_dependencies", "get_local_import_paths", "record_subprocess", "run_subprocess")

_TEXT_MAX = 256 * 1024
"""Characters of what a subprocess read or wrote that are kept."""


def child_env(workdir: StrPath, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a program that runs in another directory: HERE and ROOT are right for it.

    Parameters
    ----------
    workdir
        Where it runs, relative to the current directory.
    env
        What it inherits; by default, the environment of this process.
    """
    place = caller().place.enter(coerce_path(workdir).rstrip("/") or "/")
    return {**(os.environ if env is None else env), "HERE": place.here, "ROOT": place.way_to_root}


def run_subprocess(
    cmd: str,
    *,
    workdir: StrPath = ".",
    stdin: str | bytes | None = None,
    shell: bool = False,
    check: bool = True,
    text: bool | None = None,
) -> subprocess.CompletedProcess[Any]:
    """Run a program to its end, catch what it writes, and let the director keep a record of it.

    Parameters
    ----------
    cmd
        As in `run`: `NAME=value` in front sets variables for it, unless a shell runs it.
    workdir
        Where it runs, relative to the current directory.
    stdin
        What it reads; nothing by default.
    shell
        Let `/bin/sh -c` run it.
    check
        Raise an exception when it fails, after having passed on what it wrote.
    text
        Catch text rather than bytes. By default, as `stdin` is.

    Raises
    ------
    subprocess.CalledProcessError
        It failed.
    """
    import subprocess

    parsed = parse_command(cmd, shell=shell)
    is_text = not isinstance(stdin, bytes) if text is None else text
    given = _converted("" if stdin is None else stdin, is_text=is_text)
    words = parsed.text if shell else shlex.split(parsed.text)
    environment = {**child_env(workdir), **parsed.overrides}
    done: subprocess.CompletedProcess[Any] = subprocess.run(  # noqa: S603 # running it is what was asked for
        words, shell=shell, cwd=workdir, env=environment, input=given, capture_output=True, text=is_text, check=False
    )
    record_subprocess(
        parsed.text,
        done.returncode,
        workdir=workdir,
        env_overrides=dict(parsed.overrides),
        shell=shell,
        stdin=given,
        stdout=done.stdout,
        stderr=done.stderr,
    )
    if check and done.returncode:
        _pass_on(done)
        raise subprocess.CalledProcessError(done.returncode, cmd, done.stdout, done.stderr)
    return done


def record_subprocess(
    cmd: str,
    returncode: int,
    *,
    workdir: StrPath = ".",
    env_overrides: Mapping[str, str] | None = None,
    shell: bool = False,
    stdin: str | bytes | None = None,
    stdout: str | bytes | None = None,
    stderr: str | bytes | None = None,
) -> None:
    """Let the director keep what a program did that this step has run; it forgets when the step runs again."""
    texts = (_as_text(stdin), _as_text(stdout), _as_text(stderr))
    caller().declare(SubprocessRecord(cmd, coerce_path(workdir), shell, dict(env_overrides or {}), returncode, *texts))


def filter_dependencies(paths: Iterable[StrPath]) -> set[Path]:
    """Return those paths that count as sources of the project, links followed, relative to the current directory.

    Which ones do is up to the variable `STEPUP_PATH_FILTER`, on which the calling step depends from now on.
    """
    accepted = _filter_of(caller())
    real = {os.path.realpath(coerce_path(path)) for path in paths}
    return {as_path(os.path.relpath(path)) for path in real if accepted.accepts(path)}


def get_local_import_paths(script_path: StrPath | None = None) -> list[Path]:
    """Return the files of all modules that were imported so far and count as sources, but not the given script.

    They are relative to the current directory and sorted. Which ones count is up to `STEPUP_PATH_FILTER`.
    """
    accepted = _filter_of(caller())
    script = None if script_path is None else os.path.realpath(coerce_path(script_path))
    found = imported_files(list(sys.modules.values()), accepted, script)
    return as_paths(sorted(os.path.relpath(os.path.join(accepted.root, path)) for path in found))


def _filter_of(me: Caller) -> PathFilter:
    variables = me.variables()
    variables.use((PATH_FILTER,))
    me.record(variables)
    return path_filter(os.environ.get(PATH_FILTER), me.place.root)


def _converted(text: str | bytes, *, is_text: bool) -> str | bytes:
    """Return the input of a program as it wants to have it."""
    if is_text and isinstance(text, bytes):
        return text.decode()
    return text.encode() if not is_text and isinstance(text, str) else text


def _pass_on(done: subprocess.CompletedProcess[Any]) -> None:
    """Write what a program has written, so that it is not lost."""
    for stream, written in ((sys.stdout, done.stdout), (sys.stderr, done.stderr)):
        stream.flush()
        if isinstance(written, bytes):
            stream.buffer.write(written)
        else:
            stream.write(written)
        stream.flush()


def _as_text(data: str | bytes | None) -> str:
    """Return what is kept of what a program read or wrote."""
    if data is None:
        return ""
    if isinstance(data, bytes):
        return f"<{len(data)} bytes of binary data, sha256={hashlib.sha256(data).hexdigest()[:16]}>"
    if len(data) <= _TEXT_MAX:
        return data
    return f"{data[:_TEXT_MAX]}\n[cut: these are the first {_TEXT_MAX} of {len(data)} characters]\n"
