"""What a worker says that it offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_worker.core.offer import parse_duration, parse_label, parse_resource, parse_size
from stepup_worker.run import machine
from stepup_worker.settings import settings_from_arguments

REASON = r"write|means"


def test_what_is_offered_stands_on_the_command_line() -> None:
    words = "--label gpu --label zone=west --resource gpu=2 --resource licence --cpus 3 --memory 1.5G --drain-after 50m"
    settings = settings_from_arguments(words.split())
    assert settings.offer.labels == {"gpu": "", "zone": "west"}
    assert settings.offer.resources == {"gpu": 2, "licence": 1}
    assert (settings.offer.cpus, settings.offer.memory_bytes, settings.drain_after_s) == (3, 3 << 29, 3000.0)


def test_processors_and_memory_are_found_out() -> None:
    offer = settings_from_arguments([]).offer
    assert offer.cpus >= 1
    assert offer.memory_bytes > 1 << 20


def test_the_least_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "inner/memory.max").write_text("max\n")
    monkeypatch.setattr(machine, "_cgroups", lambda: iter([str(tmp_path / "inner"), str(tmp_path)]))
    assert machine.count_memory() == 1_000_000


@pytest.mark.parametrize("text", ["", "=x", "a b", "and", "host=x", "cpus", "7x"])
def test_impossible_labels_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=REASON):
        parse_label(text)


@pytest.mark.parametrize("text", ["", "=2", "gpu=", "gpu=x", "gpu=-1"])
def test_impossible_resources_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=REASON):
        parse_resource(text)


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("2K", 2048), ("1.5GiB", 3 << 29), ("1TB", 1 << 40)])
def test_sizes(text: str, number: int) -> None:
    assert parse_size(text) == number


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("1.5h", 5400), ("2d", 172800)])
def test_times(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "-1", "1 h", "1w"])
def test_impossible_sizes_and_times_are_refused(text: str) -> None:
    for parse in (parse_size, parse_duration):
        with pytest.raises(ValueError, match=REASON):
            parse(text)
