"""The option that writes what really happens into the transcripts."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; it is known when this folder is named on the command line."""
    parser.addoption("--rewrite", action="store_true", help="write what happens into the transcripts; read the diff")
