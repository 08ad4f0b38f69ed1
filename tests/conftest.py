"""What tests of all kinds share: the product as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

__all__ = ("RunStepUp", "run_stepup")

PROGRAMS = Path(sys.executable).parent
SECONDS_MAX = 100


class RunStepUp(Protocol):
    """Starts `stepup` and waits for its end."""

    def __call__(self, folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `stepup WORDS` in a folder with further variables set; return its output and exit code."""
        ...


@pytest.fixture(name="run_stepup")
def run_stepup() -> RunStepUp:
    """Return a function that runs `stepup` as a user does whose terminal is a file."""

    def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAMS / "stepup"), *words],
            cwd=folder,
            env=plain_environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )

    return run


def plain_environment() -> dict[str, str]:
    """Return the environment without what would change the output, and with our programs first."""
    changing = ("STEPUP_", "FORCE_COLOR", "NO_COLOR", "COLUMNS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(changing)}
    return environment | {"PATH": f"{PROGRAMS}{os.pathsep}{environment.get('PATH', os.defpath)}"}
