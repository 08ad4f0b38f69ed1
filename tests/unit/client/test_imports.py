"""Who does not speak to a director does not pay for gRPC."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("asyncio", "dataclasses", "google", "grpc", "inspect", "path", "stepup_proto", "structlog", "threading")


def imported_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize("module", ["stepup_client", "stepup_client.api", "stepup.core.api", "stepup.core.exceptions"])
def test_importing_the_api_is_cheap(module: str) -> None:
    assert not imported_by(f"import {module}").intersection(HEAVY)


def test_a_warm_process_has_everything_and_no_connection() -> None:
    assert {"grpc", "stepup_proto", "path"} <= imported_by("import stepup_client.rpc.session")
