"""What tests of the core share."""

from __future__ import annotations

import pytest

from tests.support.project import Project


@pytest.fixture
def project() -> Project:
    """Return an empty project with one worker that has one slot."""
    made = Project()
    made.join("w0")
    return made
