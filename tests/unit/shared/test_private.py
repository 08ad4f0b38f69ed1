"""Directories for secrets and state, whatever the umask is and whoever was there before (S-01)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from stepup_shared.private import make_own, make_private


@pytest.fixture(autouse=True)
def careless() -> Generator[None]:
    """Set the umask of somebody who does not care."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def make_for_keys(path: str) -> None:
    make_own(path, "keys")


@pytest.mark.parametrize("make", [make_private, make_for_keys])
def test_what_is_new_is_closed_to_others(tmp_path: Path, make: Callable[[str], None]) -> None:
    make(str(tmp_path / "new"))
    assert mode_of(tmp_path / "new") == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o2770, 0o711])
def test_what_a_group_or_readers_could_enter_is_closed(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    make_private(str(tmp_path))
    assert mode_of(tmp_path) == mode & 0o7700


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o722])
def test_what_everybody_could_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(OSError, match=rf"chmod 700 {tmp_path}$"):
        make_private(str(tmp_path))
    assert mode_of(tmp_path) == mode


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o720])
def test_a_place_of_keys_to_which_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(OSError, match=rf"The directory of keys, {tmp_path}, can be written to by others: chmod 700"):
        make_own(str(tmp_path), "keys")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_place_of_somebody_else_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12346, 12346)
    with pytest.raises(OSError, match="belongs to another user"):
        make_own(str(tmp_path), "keys")
    tmp_path.chmod(0o755)
    with pytest.raises(OSError, match="belongs to another user"):
        make_private(str(tmp_path))
