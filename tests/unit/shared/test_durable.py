"""Files that are replaced durably: content first, then the name, then the directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stepup_shared.durable import replace_durably, sync_directory

__all__ = ()


def test_content_name_and_directory_are_synced_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []

    def note(fd: int) -> None:
        synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)

    monkeypatch.setattr(os, "fsync", note)
    target = tmp_path / "key"
    target.write_text("old")
    replace_durably(str(target), b"new")
    assert synced == ["key.new", tmp_path.name]
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["EINVAL", "ENOTSUP"])
def test_file_systems_that_do_not_sync_directories_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    import errno

    def refuse(_fd: int) -> None:
        raise OSError(getattr(errno, name), name)

    monkeypatch.setattr(os, "fsync", refuse)
    sync_directory(str(tmp_path))


def test_a_disk_that_fails_is_not_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def fail(_fd: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="broken"):
        sync_directory(str(tmp_path))
