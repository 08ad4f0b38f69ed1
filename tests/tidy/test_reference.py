"""The reference pages of the manual are what the code says."""

from __future__ import annotations

import subprocess
import sys

from tests.tidy.repository import ROOT


def test_reference_pages_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
