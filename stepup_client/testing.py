"""For packages that build on StepUp: their example projects as tests, `run_example` and `run_plan`.

An example is a directory with a script, `main.sh`, which writes files named `current_*`, and files `expected_*` which
these are compared with. In lines of the script that begin with `sb` or `stepup`, the text ` & #` is taken out: so
`sb -w & # > current_stdout.txt &` shows what happens to people and writes it to a file in tests.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator

from stepup_client.core.paths import StrPath, coerce_path

__all__ = ("comparable", "run_example", "run_plan")

_SECONDS_MAX = 30
_DROPPED = re.compile(r"^DIRECTOR │ (?:Listening on|Wall|Launched|Stopping)|^WORKFLOW │ |^ *\w*digest = |^\s+[~^]+\s*$")
_LINE_NUMBER = re.compile(r'(File ".*", line )\d+')
_PAGE = re.compile(r"^─+ (.*) ─+$|^─+$")


async def run_example(srcdir: StrPath, tmpdir: StrPath, overwrite_expected: bool = False) -> None:  # noqa: FBT001, FBT002 # StepUp 4 has it so
    """Run an example and compare what it writes.

    Parameters
    ----------
    srcdir
        The directory of the example. A file `example.rc` beside it is copied, too.
    tmpdir
        An empty directory, where the example runs as `example`.
    overwrite_expected
        Write the expected files anew instead of comparing them.

    Raises
    ------
    AssertionError
        The script has failed, or a file is not as expected.
    """
    source = coerce_path(srcdir)
    place = _copied(source, coerce_path(tmpdir))
    code, said = await _run(["./main.sh"], place)
    for name in sorted(os.listdir(source)):
        if name.startswith("expected_"):
            current = os.path.join(place, name.replace("expected", "current", 1))
            _compare(os.path.join(source, name), current, overwrite=overwrite_expected)
    assert code == 0, f"main.sh ended with {code}:\n{said}"  # noqa: S101 # that is what tests do


async def run_plan(srcdir: StrPath, tmpdir: StrPath) -> None:
    """Run the plan of an example by hand, outside of a build.

    Parameters
    ----------
    srcdir
        The directory of the example.
    tmpdir
        An empty directory, where the plan runs.

    Raises
    ------
    AssertionError
        The plan has failed.
    """
    place = os.path.join(coerce_path(tmpdir), "example")
    shutil.copytree(coerce_path(srcdir), place)
    code, said = await _run(["./plan.py"], place)
    assert code == 0, f"plan.py ended with {code}:\n{said}"  # noqa: S101 # that is what tests do


def _copied(source: str, around: str) -> str:
    """Copy an example into a directory and return where it is."""
    place = os.path.join(around, "example")
    shutil.copytree(source, place)
    words = os.path.join(os.path.dirname(os.path.abspath(source)), "example.rc")
    if os.path.isfile(words):
        shutil.copy(words, around)
    _prepare_script(os.path.join(place, "main.sh"))
    return place


def _prepare_script(path: str) -> None:
    """Let the builds of a script run in the background, with what they say in files."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines(keepends=True)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(one.replace(" & #", "") if one.startswith(("sb", "stepup")) else one for one in lines)


async def _run(words: list[str], place: str) -> tuple[int, str]:
    """Run a program to its end and return its exit code and what it said."""
    variables = {"PYTHONUNBUFFERED": "yes", "COLUMNS": "80", "STEPUP_DEBUG": "1", "STEPUP_BUILD_DURATION": "0"}
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=place,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _SECONDS_MAX)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode(errors="replace")


def _compare(expected: str, current: str, *, overwrite: bool) -> None:
    """Compare two files without what differs between two runs."""
    with open(current, encoding="utf-8") as file:
        text = comparable(file.read(), os.path.dirname(current))
    if overwrite:
        with open(expected, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with open(expected, encoding="utf-8") as file:
        wanted = comparable(file.read(), os.path.dirname(current))
    assert text == wanted, f"{current} differs from {expected}"  # noqa: S101 # that is what tests do


def comparable(text: str, place: str) -> str:
    """Return a text without what differs between two runs.

    Parameters
    ----------
    text
        What an example has written.
    place
        Where it ran.

    Returns
    -------
    The text without digests, line numbers, bodies of pages *Standard error*, and what programs say about themselves.
    """
    place = os.path.realpath(place)
    text = text.replace(place, "${PWD}").replace(os.path.dirname(place), "${CASE}")
    return "".join(f"{line}\n" for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    is_hidden = False
    for line in text.splitlines():
        page = _PAGE.match(line)
        if page is not None:
            is_hidden = page[1] == "Standard error"
            yield from (line, *(["(stripped)"] if is_hidden else []))
        elif not is_hidden and not _DROPPED.match(line):
            yield _LINE_NUMBER.sub(r"\1---", line).rstrip()
