"""The examples, with workers that share no files with the project: the same graphs, the same products."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.elsewhere import install
from tests.support.examples import PREFIX, comparable, expected_names, find_examples, prepare, run_script
from tests.support.project_folder import Folder

WITH_GRAPHS = [path for path in find_examples() if list(path.glob(f"{PREFIX}*graph*"))]
SHORT = "call_chain"
"""The one that is always built."""
REASONS: dict[str, str] = {}
"""Examples that are about something which only the project itself has, with the reason."""


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    """Return how an example is marked."""
    skip = [pytest.mark.skip(reason=REASONS[name])] if name in REASONS else []
    return skip if name == SHORT else [*skip, pytest.mark.chaos]


@pytest.mark.parametrize(
    "example", [pytest.param(path, id=path.name, marks=marks_of(path.name)) for path in WITH_GRAPHS]
)
def test_an_example_ends_in_the_same_graph_elsewhere(example: Path, folder: Folder) -> None:
    place = prepare(example, folder.around)
    variables = install(folder.around / "bin", folder.around / "workspaces")
    run = run_script(place, folder.environment(variables))
    assert run.code == 0, run.said
    for name in expected_names(example):
        if "graph" in name:
            assert comparable(place / name) == (example / f"{PREFIX}{name}").read_text(), name
    assert not folder.left_processes()
