"""The examples, with workers that share no files with the project: the same graphs, the same products."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.elsewhere import install
from tests.support.examples import PREFIX, comparable, expected_names, find_examples, prepare, run_script
from tests.support.project_folder import Folder

WITH_GRAPHS = [path for path in find_examples() if list(path.glob(f"{PREFIX}*graph*"))]
SHORT = "call_chain"
"""The one that is always built."""
_SIGNALS = ('Path("started.tmp")', 'Path("go.tmp")')
ASIDE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "glob_changed", "glob_in_tree", "glob_named", "glob_query", "recursive_glob", "static_iterables",
            "static_pattern_directories", "static_pattern_named", "static_pattern_recursive", "static_tree_nested",
            "static_tree_no_slash",
        ),
        ('open("names.txt"',),
    ),
    "static_caught": ('open("refused.txt"',),
    "detach_running_step": (*_SIGNALS, 'Path("made.txt").exists'),
    "recycle_running": _SIGNALS,
    "input_check_amended": ('Path("a.txt").write_text("changed',),
}  # fmt: skip
"""Where steps write or look beside what they declare, which stays with the worker: here it is done in the project."""

_COMMAND = "its command looks for, writes or removes a file of the project that it does not declare"
REASONS: dict[str, str] = {
    "filter_deps_symlink": "it follows links that it does not declare",
    "input_check_amended": "it fails in other words: what it copied from the input that it changed is lost on the way",
    "input_check_before": _COMMAND,
    "input_check_vanished_before": _COMMAND,
    "path_filter": "a module that is no input, as the filter says, is not there",
    "path_filter_default": "environments that lie in the project are no inputs, and so not there",
    "subdir_chdir": "its plan enters a directory of which nothing is an input",
    "watch_during_build": _COMMAND,
    "watch_failed": _COMMAND,
    "workdir_empty": "a directory without outputs is made where the step runs, not in the project",
}
"""Examples that are about something which only the project itself has, with the reason."""


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    """Return how an example is marked."""
    skip = [pytest.mark.skip(reason=REASONS[name])] if name in REASONS else []
    return skip if name == SHORT else [*skip, pytest.mark.chaos]


def write_aside(place: Path, expressions: Iterable[str]) -> None:
    """Let what an expression says about a file be about that of the project, wherever the step runs."""
    for script in place.glob("*.py"):
        text = script.read_text()
        for expression in expressions:
            text = text.replace(expression, expression.replace('("', f'("{place}/', 1))
        script.write_text(text)


@pytest.mark.parametrize(
    "example", [pytest.param(path, id=path.name, marks=marks_of(path.name)) for path in WITH_GRAPHS]
)
def test_an_example_ends_in_the_same_graph_elsewhere(example: Path, folder: Folder) -> None:
    place = prepare(example, folder.around)
    write_aside(place, ASIDE.get(example.name, ()))
    variables = install(folder.around / "bin", folder.around / "workspaces")
    run = run_script(place, folder.environment(variables))
    assert run.code == 0, run.said
    for name in expected_names(example):
        if "graph" in name:
            assert comparable(place / name) == (example / f"{PREFIX}{name}").read_text(), name
    assert not folder.left_processes()
