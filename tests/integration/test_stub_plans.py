"""Plans that know nothing but the proto files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunStepUp

HERE = Path(__file__).parent
PROTO_PATH = HERE.parents[1] / "proto"
NODE_MODULES = HERE / "javascript" / "node_modules"
ROOT_PLAN = """\
#!/usr/bin/env python3
from stepup.core.api import plan, static

static("plan.mjs")
plan("./plan.mjs")
"""

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE_MODULES / "@grpc").is_dir(),
    reason="node is not installed, or `npm ci` has not been run in tests/integration/javascript",
)


@pytest.fixture(name="project")
def project_with_notes(tmp_path: Path) -> Path:
    """Return a project that has notes and no plan yet."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("first\n")
    (tmp_path / "notes/b.txt").write_text("second\nthird\n")
    return tmp_path


@pytest.fixture(name="javascript_project")
def project_with_javascript_plan(project: Path) -> Path:
    """Return a project whose root plan only starts the plan in JavaScript."""
    shutil.copy(HERE / "javascript/plan.mjs", project)
    (project / "node_modules").symlink_to(NODE_MODULES)
    (project / "plan.py").write_text(ROOT_PLAN)
    (project / "plan.py").chmod(0o755)
    return project


def test_a_plan_in_python_needs_only_the_generated_stub(project: Path, run_stepup: RunStepUp) -> None:
    shutil.copy(HERE / "stub_plan/plan.py", project)
    build_and_check(project, run_stepup)


@needs_node
def test_a_plan_in_javascript_needs_only_the_proto_files(javascript_project: Path, run_stepup: RunStepUp) -> None:
    output = build_and_check(javascript_project, run_stepup, STEPUP_PROTO_PATH=str(PROTO_PATH))
    assert " SUCCESS │ ./plan.mjs\n" in output


@needs_node
def test_a_plan_in_javascript_runs_again_when_its_matches_change(
    javascript_project: Path, run_stepup: RunStepUp
) -> None:
    build_and_check(javascript_project, run_stepup, STEPUP_PROTO_PATH=str(PROTO_PATH))
    (javascript_project / "notes/c.txt").write_text("fourth\n")
    result = run_stepup(javascript_project, "build", "-j", "1", STEPUP_PROTO_PATH=str(PROTO_PATH))
    assert result.returncode == 0, result.stdout + result.stderr
    assert (javascript_project / "count.txt").read_text().strip() == "4"


@needs_node
def test_a_refusal_reaches_a_plan_in_javascript(javascript_project: Path, run_stepup: RunStepUp) -> None:
    with (javascript_project / "plan.py").open("a") as plan:
        plan.write('from stepup.core.api import step\nstep("touch all.txt", out="all.txt")\n')
    result = run_stepup(javascript_project, "build", "-j", "1", STEPUP_PROTO_PATH=str(PROTO_PATH))
    assert result.returncode & 4, result.stdout + result.stderr
    assert "all.txt" in result.stdout
    assert " FAIL │ ./plan.mjs" in result.stdout


def build_and_check(project: Path, run_stepup: RunStepUp, **environment: str) -> str:
    """Build, check what the two steps made, and return the output."""
    result = run_stepup(project, "build", "-j", "1", **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (project / "all.txt").read_text() == "first\nsecond\nthird\n"
    assert (project / "count.txt").read_text().strip() == "3"
    return result.stdout
