"""The worker's command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_worker import settings as module
from stepup_worker.run import machine
from stepup_worker.settings import count_cores, parse_slots, settings_from_arguments


@pytest.mark.parametrize(("text", "slots"), [("3", 3), ("1.5", 6), ("0.1", 1), ("2.0", 8)])
def test_a_decimal_point_means_times_the_cores(monkeypatch: pytest.MonkeyPatch, text: str, slots: int) -> None:
    monkeypatch.setattr(module, "count_cores", lambda: 4)
    assert parse_slots(text) == slots


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "nan", "inf", "-0.5"])
def test_nonsense_is_refused(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit):
        settings_from_arguments(["-j", text])
    assert "jobs" in capsys.readouterr().err


def test_the_batch_system_is_asked_for_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_cgroup_cores", lambda: None)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "7")
    assert count_cores() == 7


def test_root_and_limit_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEPUP_ROOT", str(tmp_path))
    monkeypatch.setenv("STEPUP_MAX_OUTPUT_SIZE", "77")
    settings = settings_from_arguments(["--name", "w1", "--preload-modules", "a, b"])
    assert (settings.root, settings.output_bytes_max) == (str(tmp_path.resolve()), 77)
    assert settings.preload_modules == (*module.PRELOAD_MODULES, "a", "b")


@pytest.mark.parametrize("name", ["../x", "", "a b", "x" * 64])
def test_names_are_fit_for_files(name: str) -> None:
    with pytest.raises(SystemExit):
        settings_from_arguments(["--name", name])


FILES = ["--tls-ca", "ca.pem", "--tls-cert", "w.pem", "--tls-key", "w.key"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--director", "there:1", *FILES[:4]], "belong together"),
        (FILES, "go with --director"),
        (["join", "there:1", "CODE", *FILES], "without an invitation"),
    ],
)
def test_the_files_of_a_site_belong_together(capsys: pytest.CaptureFixture[str], words: list[str], text: str) -> None:
    with pytest.raises(SystemExit):
        settings_from_arguments(words)
    assert text in capsys.readouterr().err


def test_the_files_of_a_site_are_found_from_wherever_the_worker_goes() -> None:
    settings = settings_from_arguments(["--director", "there:1", *FILES])
    assert settings.site_files == tuple(str(Path(name).absolute()) for name in FILES[1::2])
