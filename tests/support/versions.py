"""Programs that take themselves for another version."""

from __future__ import annotations

from pathlib import Path

from tests.support.ordeal import Ordeal, Worker
from tests.support.project_folder import Folder, Program

__all__ = ("start_as_version", "start_program_as_version")

CODE = """\
import sys
from stepup_shared import versions
versions.VERSION = {version!r}
from stepup_{package}.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
PACKAGES = {"director": "server", "worker": "worker"}


def start_program_as_version(folder: Folder, version: str, *words: str, **variables: str) -> Program:
    """Start `stepup WORDS`, which are about a director or a worker, as another version."""
    code = Path(folder.around) / f"as_{words[0]}_{version}.py"
    code.write_text(CODE.format(version=version, package=PACKAGES[words[0]]))
    return folder.start(str(code), *words[1:], program="python", **variables)


def start_as_version(ordeal: Ordeal, worker: str, version: str) -> Program:
    """Start a worker, or without a name the director, as another version, and wait until it is in."""
    if not worker:
        words = ("director", "--socket", ordeal.socket, *ordeal.director_words)
        ordeal.director = start_program_as_version(ordeal.folder, version, *words, **ordeal.variables(""))
        ordeal.director.wait_output("Listening on")
        return ordeal.director
    words = ("worker", "--name", worker, "--root", str(ordeal.folder.root), "--socket", ordeal.socket, "-j", "2")
    program = start_program_as_version(ordeal.folder, version, *words, **ordeal.variables(worker))
    ordeal.workers[worker] = Worker(worker, words, (), program)
    ordeal.wait_connected(worker)
    return program
