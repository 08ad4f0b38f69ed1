"""The command line, with one difference: the workers of a build have workspaces of their own.

As `sb` and `stepup` in a directory which comes first in PATH, it lets a script do elsewhere what it does here.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.project_folder import PROGRAMS

if TYPE_CHECKING:
    from stepup_worker.settings import Settings

__all__ = ("install", "main")

WORKSPACES = "STEPUP_TEST_WORKSPACES"
"""The variable that says where the workspaces are."""


def install(directory: Path, workspaces: Path) -> dict[str, str]:
    """Put the programs into a directory and return the variables under which scripts use them."""
    directory.mkdir()
    for name in ("sb", "stepup"):
        program = directory / name
        program.write_text(f"#!{sys.executable}\nfrom tests.support.elsewhere import main\nmain()\n")
        program.chmod(0o755)
    here = str(Path(__file__).parents[2])
    return {
        "PATH": f"{directory}:{PROGRAMS}:{os.environ['PATH']}",
        "PYTHONPATH": here,
        WORKSPACES: str(workspaces),
    }


def main() -> None:
    """Be `sb` or `stepup`."""
    import stepup_server.__main__ as director
    import stepup_worker.__main__ as worker
    from stepup_client.cli import main as cli

    direct, serve = director.serve, worker.serve
    # Steps must not see where the tests are.
    os.environ.pop("PYTHONPATH")
    folder = os.environ.pop(WORKSPACES)

    def serve_elsewhere(settings: Settings) -> int:
        return serve(replace(settings, workspace=f"{folder}/{os.getpid()}-{settings.name}"))

    director.serve = lambda settings: direct(replace(settings, moves_files=True))
    worker.serve = serve_elsewhere
    program = cli.sb if sys.argv[0].endswith("sb") else cli.stepup
    sys.exit(program())
