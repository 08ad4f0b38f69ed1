"""What several tests of the command line need."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator

import pytest

__all__ = ()


@pytest.fixture
def socket_path() -> Iterator[str]:
    """Return a path for a socket, short enough and private."""
    directory = tempfile.mkdtemp(prefix="stepup-", dir="/tmp")
    yield f"{directory}/director"
    shutil.rmtree(directory, ignore_errors=True)
