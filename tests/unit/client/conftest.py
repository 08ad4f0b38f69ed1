"""A plan in `sub/` of a project, speaking to a session that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_client.rpc import current
from tests.unit.client.recording import RecordingSession


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordingSession:
    recording = RecordingSession()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setattr(current, "_process", current._Process(recording, root=str(tmp_path), workdir="sub/"))
    return recording
