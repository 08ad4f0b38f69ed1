"""What tests of real programs share: one director that serves other machines, for tests of a module that only ask."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.support.members import Listening, listen
from tests.support.project_folder import project_below


@pytest.fixture(name="director", scope="module")
def shared_director(tmp_path_factory: pytest.TempPathFactory) -> Generator[Listening]:
    """Return a director that all tests of a module share; they revoke nobody, build nothing and do not stop it."""
    with project_below(tmp_path_factory.mktemp("shared")) as folder:
        folder.plan("")
        director = listen(folder)
        yield director
        director.stop()
