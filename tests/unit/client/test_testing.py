"""What packages that build on StepUp use in their tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_client.testing import comparable, run_example, run_plan

SAID = """\
DIRECTOR │ Listening on /tmp/x
   START │ {place}/a of {around}/b
  digest = 12345678
  File "x.py", line 12, in y
    ^^^^
──────── Standard error ────────
whatever
────────────────────────────────
end
"""


@pytest.fixture
def example(tmp_path: Path) -> Path:
    place = tmp_path / "examples/one"
    place.mkdir(parents=True)
    (place.parent / "example.rc").write_text("set -e\n")
    (place / "main.sh").write_text("#!/usr/bin/env bash\n. ../example.rc\necho hello > current_said.txt\ntrue & #x\n")
    (place / "main.sh").chmod(0o755)
    (place / "plan.py").write_text("#!/bin/sh\ntest ! -e failing\n")
    (place / "plan.py").chmod(0o755)
    (place / "expected_said.txt").write_text("other\n")
    (tmp_path / "t1").mkdir()
    (tmp_path / "t2").mkdir()
    return place


async def test_an_example_is_compared_or_written(example: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"current_said\.txt differs"):
        await run_example(example, tmp_path / "t1")
    await run_example(example, tmp_path / "t2", overwrite_expected=True)
    assert (example / "expected_said.txt").read_text() == "hello\n"


async def test_a_script_must_end_well(example: Path, tmp_path: Path) -> None:
    (example / "expected_said.txt").unlink()
    (example / "main.sh").write_text("#!/bin/sh\necho so\nexit 3\n")
    with pytest.raises(AssertionError, match=r"main\.sh ended with 3:\nso"):
        await run_example(example, tmp_path / "t1")


async def test_a_plan_runs_by_hand(example: Path, tmp_path: Path) -> None:
    await run_plan(example, tmp_path / "t1")
    (example / "failing").touch()
    with pytest.raises(AssertionError, match=r"plan\.py ended with 1"):
        await run_plan(example, tmp_path / "t2")


def test_what_differs_between_runs_is_taken_out(tmp_path: Path) -> None:
    place = tmp_path / "example"
    assert comparable(SAID.format(place=place, around=tmp_path), str(place)).splitlines() == [
        "   START │ ${PWD}/a of ${CASE}/b",
        '  File "x.py", line ---, in y',
        "──────── Standard error ────────",
        "(stripped)",
        "────────────────────────────────",
        "end",
    ]
