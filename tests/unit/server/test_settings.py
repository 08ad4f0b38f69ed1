"""The director's command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_server.settings import Settings, settings_from_arguments

FILES = ["--tls-ca", "ca.pem", "--tls-cert", "d.pem", "--tls-key", "d.key"]


@pytest.mark.parametrize(
    ("words", "text"),
    [(["--listen", "here:1", *FILES[2:]], "belong together"), (FILES, "only with --listen")],
)
def test_the_files_of_a_site_belong_together(capsys: pytest.CaptureFixture[str], words: list[str], text: str) -> None:
    with pytest.raises(SystemExit):
        settings_from_arguments(words)
    assert text in capsys.readouterr().err


def test_the_files_of_a_site_are_found_from_wherever_the_director_goes() -> None:
    settings = settings_from_arguments(["--listen", "here:1", *FILES])
    assert isinstance(settings, Settings)
    assert settings.site_files == tuple(str(Path(name).absolute()) for name in FILES[1::2])
