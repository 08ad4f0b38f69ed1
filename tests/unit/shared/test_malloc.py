"""Tests of the thresholds of the allocator."""

from __future__ import annotations

import ctypes

import pytest

from stepup_shared import malloc


def test_the_c_library_takes_the_thresholds() -> None:
    assert malloc.keep_large_blocks()


def load_nothing(_path: str | None) -> object:
    return object()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", load_nothing)
    assert not malloc.keep_large_blocks()
