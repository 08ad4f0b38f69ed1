"""What tests of the core share."""

from __future__ import annotations

import pytest

from stepup_server.core.director import DirectorSettings
from tests.support.project import Project


@pytest.fixture
def project() -> Project:
    """Return an empty project with one worker that has one slot."""
    made = Project()
    made.join("w0")
    return made


@pytest.fixture
def embedded() -> Project:
    """Return an empty project of a `stepup build`: no other worker will ever come."""
    made = Project(settings=DirectorSettings(embedded=True))
    made.join("w0")
    return made
