"""Files that come late over a network file system."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stepup_shared.late_files import PAUSES_S, refresh
from stepup_worker.core.values import Observation, PathKind
from stepup_worker.run.patience import look_again

LATE = Observation("late", PathKind.MISSING, None)


@pytest.mark.parametrize("looks", [1, 2, 5, len(PAUSES_S) + 1])
def test_what_comes_late_is_waited_for(looks: int) -> None:
    answers = iter([(LATE,)] * (looks - 1) + [()])
    waited: list[float] = []

    async def look() -> tuple[Observation, ...]:
        return next(answers)

    async def pause(pause_s: float) -> None:
        waited.append(pause_s)

    assert asyncio.run(look_again(look, lambda seen: [one.path for one in seen], pause)) == ()
    assert waited == list(PAUSES_S[: looks - 1])


def test_what_does_not_come_is_told_after_all() -> None:
    waited: list[float] = []

    async def look() -> tuple[Observation, ...]:
        return (LATE,)

    async def pause(pause_s: float) -> None:
        waited.append(pause_s)

    assert asyncio.run(look_again(look, lambda _: [], pause)) == (LATE,)
    assert 10 < sum(waited) < 20


def test_asking_anew_takes_whatever_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in ("file", "missing", "missing/below", "."):
        refresh(str(tmp_path / path))
