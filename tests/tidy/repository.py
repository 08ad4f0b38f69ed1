"""What the tidy tests look at: the files of the repository and the Python modules among them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ("PRODUCT", "PROTO", "ROOT", "Module", "modules_below", "text_files")

ROOT = Path(__file__).resolve().parents[2]
"""The top folder of the repository."""
PROTO = ROOT / "proto"
"""The folder of the contract."""
PRODUCT = ("stepup_server", "stepup_worker", "stepup_client")
"""The folders whose code is installed; generated code is not among them."""
GENERATED = ("_pb2.py", "_pb2_grpc.py", ".pyi")
EXAMPLES = Path("tests/integration/examples")


class Module(NamedTuple):
    """A Python file that somebody wrote."""

    name: str
    """Its path below the top folder."""
    tree: ast.Module
    """Its syntax."""
    lines: int
    """How long it is."""


@cache
def modules_below(*folders: str) -> tuple[Module, ...]:
    """Return all modules below some folders, without generated ones."""
    paths = [path for path in tracked_files() if path.suffix == ".py" and path.parts[0] in folders]
    # Plans as users write them, with their mistakes.
    paths = [path for path in paths if EXAMPLES not in path.parents]
    return tuple(read_module(path) for path in paths if not path.name.endswith(GENERATED))


@cache
def text_files() -> tuple[tuple[str, str], ...]:
    """Return name and text of every file that is not generated and can be read as text."""
    paths = [path for path in tracked_files() if not path.name.endswith(GENERATED)]
    return tuple((str(path), (ROOT / path).read_text(errors="replace")) for path in paths)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git knows or would add, relative to the top folder."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = sorted({Path(name) for name in answer.stdout.split("\0") if name})
    return tuple(path for path in paths if (ROOT / path).is_file())


def read_module(path: Path) -> Module:
    """Parse one file."""
    text = (ROOT / path).read_text()
    return Module(str(path), ast.parse(text, filename=str(path)), len(text.splitlines()))
