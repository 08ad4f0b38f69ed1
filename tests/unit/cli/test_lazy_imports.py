"""What does not need gRPC does not pay for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

__all__ = ()

HEAVY = ("asyncio", "google", "grpc", "stepup_proto", "structlog", "uvloop")

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
