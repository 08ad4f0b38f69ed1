"""What is kept for directors on other machines, when something is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_client.cli.elsewhere import way_to
from stepup_client.cli.failures import UsageError
from tests.support.site import Site

__all__ = ()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of a director."""
    monkeypatch.setenv("STEPUP_CREDENTIALS", str(tmp_path / "credentials"))
    folder = tmp_path / "credentials/there_1.operator"
    folder.mkdir(parents=True, mode=0o700)
    return folder


@pytest.mark.usefixtures("kept")
def test_an_empty_folder_is_no_credential() -> None:
    with pytest.raises(UsageError, match="This machine has no credential for there:1"):
        way_to("there:1")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ca": 1, "key": 2}', "nonsense"])
def test_a_damaged_note_is_told_in_a_line(kept: Path, text: str) -> None:
    (kept / "site.json").write_text(text)
    with pytest.raises(UsageError, match=r"site.json is damaged: remove it, and connect again."):
        way_to("there:1")


def test_a_folder_that_others_can_write_to_is_not_used(kept: Path) -> None:
    kept.chmod(0o777)
    with pytest.raises(UsageError, match=f"chmod 700 {kept}"):
        way_to("there:1")


def test_files_of_a_site_that_have_gone_are_told(kept: Path, tmp_path: Path) -> None:
    ca, certificate, key = Site(tmp_path / "site").options("v", "stepup://viewer/v")[1::2]
    (kept / "site.json").write_text(f'{{"ca": "{ca}", "certificate": "{certificate}", "key": "{key}"}}')
    assert way_to("there:1").certificate == Path(certificate).read_bytes()
    Path(key).unlink()
    with pytest.raises(UsageError, match=f"--tls-key {key}: it cannot be read"):
        way_to("there:1")
