"""What a step has missed in a workspace of its own because it never said that it uses it.

Where steps see the whole project, a forgotten declaration goes unnoticed. Where they see their inputs only, the step
fails, and its standard error names what it has looked for. If that is a file of the project, the user is told so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from .desk import Desk
from .locating import is_shown
from .paths import join, relative_to
from .records import Attempt, Step
from .refusals import InvalidPath
from .values import NOWHERE, AttemptOutcome, Exited, NotStarted, Observation, PathKind

__all__ = ("find_undeclared",)

TAIL_BYTES = 16 * 1024
"""Where in the standard error names are looked for: at its end."""
CANDIDATES_MAX = 200
HINTS_MAX = 10

_QUOTED = re.compile(
    r"'([^'\n]{1,4096})'|\"([^\"\n]{1,4096})\"|`([^`\n]{1,4096})['`]|\u2018([^\u2019\n]{1,4096})\u2019"
)
_WORD = re.compile(r"[^\s'\"`\u2018\u2019:;,()\[\]{}<>]{1,4096}")
_COMPLAINT = re.compile(
    r"no such file|not found|cannot (?:open|find|stat|access)|can't open|does not exist", re.IGNORECASE
)
_MODULE = re.compile(r"No module named '([\w.]+)'")


def find_undeclared(
    desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, then: Callable[[], None]
) -> None:
    """Note which files of the project a failed attempt has missed, and go on."""
    paths = _candidates(desk, step, outcome)

    def on_seen(observations: tuple[Observation, ...]) -> None:
        hints = (_hint(step, seen) for seen in observations)
        attempt.undeclared = tuple(hint for hint in hints if hint)[:HINTS_MAX]
        then()

    if paths:
        desk.questions.inspect_paths(paths, on_seen)
    else:
        then()


def _hint(step: Step, seen: Observation) -> str:
    """Return what to do about something that exists; nothing about what does not."""
    path = relative_to(seen.path, step.directory)
    if seen.kind is PathKind.FILE:
        return (
            f"{seen.path} exists in the project, but is no input of this step."
            f' Declare it: inp=["{path}"], or amend(inp=["{path}"]).'
        )
    if seen.kind is PathKind.DIRECTORY:
        return (
            f"{seen.path}/ exists in the project, but the step sees only its inputs in it."
            f' Declare the files that it reads: inp=glob("{path}/*"), or amend(inp=...).'
        )
    return ""


def _candidates(desk: Desk, step: Step, outcome: AttemptOutcome) -> tuple[str, ...]:
    """Return what the end of the standard error may be about, the last first, without what the step may use."""
    graph = desk.graph
    own = {graph.files[id_].path for kind in (step.inputs, step.outputs, step.volatiles) for id_ in kind}
    directories = {".", step.directory, *(posixpath.dirname(path) or "." for path in own)}
    found: dict[str, None] = {}
    for line in reversed(_complaints(outcome).splitlines()):
        places = (_place(desk, step, text) for text in _texts(line))
        found.update(dict.fromkeys(path for path in (*places, *_modules(line, directories)) if path))
    wanted = (path for path in found if path not in own and path not in directories)
    return tuple(path for path in wanted if path.startswith("/") or is_shown(graph, path))[:CANDIDATES_MAX]


def _complaints(outcome: AttemptOutcome) -> str:
    """Return what is known of why an attempt has failed; nothing about one that has not."""
    if outcome.changed_inputs or outcome.end == Exited(0):
        return ""
    if isinstance(outcome.end, NotStarted):
        return outcome.end.reason
    return outcome.stderr[-TAIL_BYTES:].decode("utf-8", "replace")


def _place(desk: Desk, step: Step, text: str) -> str | None:
    """Return the path of the graph that a text may mean.

    In the workspace of an attempt, the names of the files of the project contain the path of the root.
    """
    _, is_below_root, rest = text.rpartition(desk.settings.root.rstrip("/") + "/")
    try:
        return join(".", rest, NOWHERE) if is_below_root and rest else join(step.directory, text, NOWHERE)
    except InvalidPath:
        return None


def _texts(line: str) -> Iterator[str]:
    """Yield what may be a path in a line: what is quoted, what looks like one, and in a complaint every word."""
    is_complaint = _COMPLAINT.search(line) is not None
    quoted = (next(filter(None, match.groups())) for match in _QUOTED.finditer(line))
    yield from (text for text in quoted if is_complaint or not text.startswith("/"))
    words = (match[0].rstrip(".") for match in _WORD.finditer(line))
    yield from (text for text in words if is_complaint or ("/" in text and not text.startswith("/")))


def _modules(line: str, directories: Iterable[str]) -> Iterator[str]:
    """Yield where a Python module may be that was not found."""
    for match in _MODULE.finditer(line):
        module = match[1].replace(".", "/")
        for directory in sorted(directories):
            yield posixpath.normpath(f"{directory}/{module}.py")
            yield posixpath.normpath(f"{directory}/{module}/__init__.py")
