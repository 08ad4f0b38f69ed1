"""What does not need gRPC does not pay for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ()

HEAVY = ("asyncio", "cryptography", "google", "grpc", "stepup_proto", "structlog", "uvloop")

PROBE = """
import sys
from stepup_client.cli.main import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("argument", ["--help", "--version", "build --help", "completion bash", "build --wrong"])
def test_help_and_mistakes_import_nothing_heavy(argument: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, *argument.split()], capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in done.stderr.splitlines()}
    assert "argparse" in modules
    assert not modules & set(HEAVY)


def test_importing_the_client_imports_nothing_heavy() -> None:
    code = "import sys, stepup_client; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in done.stdout.splitlines()} & set(HEAVY)


def test_looking_at_a_database_imports_nothing_that_serves(tmp_path: Path) -> None:
    (tmp_path / ".stepup").mkdir()
    (tmp_path / ".stepup/graph.db").touch()
    command = [sys.executable, "-c", PROBE, "status"]
    environment = os.environ | {"STEPUP_ROOT": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    modules = {name.partition(".")[0] for name in done.stderr.splitlines()}
    assert "stepup_server" in modules
    assert not modules & set(HEAVY)
