"""Pages of the manual: the files that they show, and the sessions that a reader could type.

A page stands beside its example. It shows a file as a line `File NAME` (the name in backquotes) followed by a fenced
block, and a session as a block of the kind `console`: lines that begin with `$ ` are typed, the others are printed.
What director and workers say about themselves is left out, so that pages show what they are about.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ("DOCS", "FILE", "Session", "files_beside", "find_pages", "rewritten", "sessions_of", "type_sessions")

DOCS = Path(__file__).parents[2] / "docs"
SECONDS_MAX = 100

FILE = re.compile(r"^File `(?P<name>[^`]+)`.*\n\n```\w*\n(?P<text>(?s:.*?))^```$", re.MULTILINE)
_SESSION = re.compile(r"^```console\n(?P<text>(?s:.*?))^```$", re.MULTILINE)
_PROMPT = "$ "
_HERE_DOCUMENT = re.compile(r"<<\s*'(\w+)'")
_OF_PROGRAMS = re.compile(r"^(?:(?:DIRECTOR|WORKFLOW) │ |Waiting for a director of ).*\n", re.MULTILINE)
_MARK = "\x01"


@dataclass(frozen=True, slots=True)
class Session:
    """What is typed, and what is printed then."""

    commands: tuple[str, ...]
    outputs: tuple[str, ...]

    def __str__(self) -> str:
        pairs = zip(self.commands, self.outputs, strict=True)
        return "".join(f"{_PROMPT}{command}\n{output}" for command, output in pairs)


def find_pages() -> list[Path]:
    """Return the pages that show sessions."""
    return sorted(page for page in DOCS.rglob("*.md") if _SESSION.search(page.read_text()))


def files_beside(page: Path) -> dict[str, str]:
    """Return the files of the example that a page is about, by name."""
    return {
        str(path.relative_to(page.parent)): path.read_text()
        for path in sorted(page.parent.rglob("*"))
        if path.is_file() and path.suffix != ".md" and ".stepup" not in path.parts
    }


def sessions_of(page: Path) -> list[Session]:
    """Return the sessions of a page, in order."""
    return [_parse(match["text"]) for match in _SESSION.finditer(page.read_text())]


def _parse(text: str) -> Session:
    """Tell what is typed from what is printed."""
    commands: list[str] = []
    outputs: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(_PROMPT):
            commands.append(line.removeprefix(_PROMPT).rstrip("\n"))
            outputs.append("")
        elif not outputs[-1] and _is_unfinished(commands[-1]):
            commands[-1] += "\n" + line.rstrip("\n")
        else:
            outputs[-1] += line
    return Session(tuple(commands), tuple(outputs))


def _is_unfinished(command: str) -> bool:
    """Tell whether a command goes on in the next line: after a backslash, or up to the end of a here-document."""
    document = _HERE_DOCUMENT.search(command)
    if document is not None:
        return not command.endswith(f"\n{document[1]}")
    return command.endswith("\\")


def type_sessions(sessions: list[Session], project: Path, environment: Mapping[str, str]) -> list[Session]:
    """Type all commands of a page into one shell and return the sessions as they really went."""
    commands = [command for session in sessions for command in session.commands]
    script = "".join(f"{command}\nprintf '{_MARK}'\n" for command in commands)
    process = subprocess.run(
        ["bash", "-c", script],
        cwd=project,
        env={**environment, "COLUMNS": "80", "STEPUP_BUILD_DURATION": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    printed = process.stdout.replace(str(project), "~/project").split(_MARK)
    outputs = (_OF_PROGRAMS.sub("", text) for text in printed)
    return [Session(session.commands, tuple(next(outputs) for _ in session.commands)) for session in sessions]


def rewritten(text: str, sessions: list[Session]) -> str:
    """Return the text of a page with other sessions in the place of its own."""
    texts = iter(str(session) for session in sessions)
    return _SESSION.sub(lambda _match: f"```console\n{next(texts)}```", text)
