"""The examples: small projects, each with a script that does what a user does. See examples/README.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.examples import PREFIX, comparable, expected_names, find_examples, prepare, run_script
from tests.support.project_folder import Folder

EXAMPLES = [pytest.param(path, id=path.name) for path in find_examples()]
WITH_GRAPHS = [
    path for path in find_examples() if list(path.glob(f"{PREFIX}*graph*")) and not (path / "one_slot.md").exists()
]
# All of them take minutes; every third one is enough to see that something is wrong.
TWICE = [
    pytest.param(path, id=path.name, marks=[pytest.mark.chaos] if place % 3 else [])
    for place, path in enumerate(WITH_GRAPHS)
]
MANY = {"EXAMPLE_JOBS": "4", "STEPUP_BUILD_WORKERS": "2"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_writes_what_is_expected(example: Path, folder: Folder, request: pytest.FixtureRequest) -> None:
    place = prepare(example, folder.around)
    run = run_script(place, folder.environment({}))
    assert run.code == 0, run.said
    if request.config.getoption("--rewrite"):
        _rewrite(example, place)
    for name in expected_names(example):
        assert comparable(place / name) == (example / f"{PREFIX}{name}").read_text(), name
    assert not folder.left_processes()


@pytest.mark.parametrize("example", TWICE)
def test_an_example_ends_in_the_same_graph_with_two_workers(example: Path, folder: Folder) -> None:
    place = prepare(example, folder.around)
    run = run_script(place, folder.environment(MANY))
    assert run.code == 0, run.said
    for name in expected_names(example):
        if "graph" in name:
            assert comparable(place / name) == (example / f"{PREFIX}{name}").read_text(), name
    assert not folder.left_processes()


def _rewrite(example: Path, place: Path) -> None:
    """Write down what an example writes now: its output, its graphs, and what is expected already."""
    written = {path.name for pattern in ("stdout*.txt", "*graph*.txt") for path in place.glob(pattern)}
    for name in sorted(written | set(expected_names(example))):
        (example / f"{PREFIX}{name}").write_text(comparable(place / name))
