"""What a step has missed where only its inputs are, and how the user learns of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.values import StepDeclaration
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, Script


def complains(text: str) -> Script:
    def script(running: Running) -> Generator[Call, Any, int]:
        yield from ()
        running.stderr = text.encode()
        return 1

    return script


def hints(text: str, step: StepDeclaration | None = None, *, own_workspace: bool = True) -> str:
    """Return what the user is told about a step that fails with some words on its standard error."""
    project = Project()
    for path in ("data/x.csv", "data/known.csv", "lib/helper.py", "README", ".env", "top.txt", "sub/deep/y.txt"):
        project.disk.write(path, "text")
    project.disk.write("/srv/big.csv", "text")
    project.join("w0", own_workspace=own_workspace)
    step = step or a_step("use", inputs=["data/known.csv"], outputs=["out"])
    project.plan(a_static("data/known.csv", "lib/helper.py"), step)
    project.scripts["use"] = complains(text)
    project.build()
    pages = [page for report in project.reports_with("FAIL") for page in report.pages]
    return next((page.text for page in pages if page.title == "Undeclared inputs"), "")


@pytest.mark.parametrize(
    "text",
    [
        "cat: data/x.csv: No such file or directory\n",
        "FileNotFoundError: [Errno 2] No such file or directory: 'data/x.csv'\n",
        "grep: /srv/w/attempts/7-12/./data/x.csv: No such file or directory\n",
        "fatal error: data/x.csv: No such file or directory\ncompilation terminated.\n",
        "could not read ./data/../data/x.csv, sorry\n",
        'ERROR: ("data/x.csv")\n',
        "ls: cannot access \u2018data/x.csv\u2019: it is missing\n",
    ],
)
def test_a_file_of_the_project_that_is_named_is_named_with_its_declaration(text: str) -> None:
    assert hints(text) == (
        "data/x.csv exists in the project, but is no input of this step."
        ' Declare it: inp=["data/x.csv"], or amend(inp=["data/x.csv"]).'
    )


@pytest.mark.parametrize(
    "text",
    [
        "cat: data/known.csv: Permission denied\n",
        "cannot find out\n",
        "data/nothing.csv: No such file or directory\n",
        "please read the README\n",
        ".env: No such file or directory\n",
        "",
    ],
)
def test_nothing_is_said_of_what_is_declared_hidden_absent_or_no_path(text: str) -> None:
    assert hints(text) == ""


def test_a_word_counts_when_something_was_not_found() -> None:
    assert hints("cat: README: No such file or directory\n").startswith("README exists")


def test_paths_are_relative_to_where_the_step_runs() -> None:
    step = a_step("use", workdir="sub", outputs=["out"])
    assert 'inp=["deep/y.txt"]' in hints("open: deep/y.txt: No such file or directory\n", step)
    assert 'inp=["../top.txt"]' in hints("open: ../top.txt: No such file or directory\n", step)


def test_a_directory_gets_another_advice() -> None:
    assert 'inp=glob("sub/*")' in hints("No such file or directory: 'sub'\n")


def test_a_module_that_was_not_found_is_looked_for_beside_the_inputs() -> None:
    step = a_step("use", inputs=["data/known.csv", "lib/helper.py"], outputs=["out"])
    assert "data/x.csv" not in hints("ModuleNotFoundError: No module named 'x'\n", step)
    step = a_step("use", inputs=["data/known.csv"], outputs=["lib/out"])
    assert "lib/helper.py exists" in hints("ModuleNotFoundError: No module named 'helper'\n", step)


def test_files_of_this_host_are_named_if_they_were_not_found() -> None:
    assert hints("/srv/big.csv: No such file or directory\n").startswith("/srv/big.csv exists")
    assert hints('File "/srv/big.csv", line 3\n') == ""


def test_a_step_that_sees_the_whole_project_misses_nothing() -> None:
    assert hints("cat: data/x.csv: No such file or directory\n", own_workspace=False) == ""
