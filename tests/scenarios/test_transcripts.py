"""Each text file of this folder is played; what happens must be what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.transcript import Transcript

FILES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_transcript_reads_as_it_was_written(file: Path, request: pytest.FixtureRequest) -> None:
    text = file.read_text(encoding="utf-8")
    played = Transcript().play(text)
    if request.config.getoption("--rewrite", default=False):
        file.write_text(played, encoding="utf-8")
        return
    assert played.splitlines() == text.splitlines(), "run pytest tests/scenarios --rewrite, and read the diff"
