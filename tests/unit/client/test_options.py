"""The arguments of a step that are no paths."""

from __future__ import annotations

import pytest

from stepup_client.core.declarations import Need
from stepup_client.core.options import (
    BLOCKED,
    check_overrides,
    need_of,
    normalise_duration,
    normalise_names,
    normalise_resources,
    with_limits,
)
from stepup_client.errors import StepUpError


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a:2,b", {"a": 2, "b": 1}), (" a : 2 ", {"a": 2}), ({"a": 3}, {"a": 3}), (None, {}), ({}, {})],
)
def test_resources_have_one_form(given: dict[str, int] | str | None, expected: dict[str, int]) -> None:
    assert normalise_resources(given) == expected


@pytest.mark.parametrize(
    "given", ["a:", "a:x", "a:-1", "a:0", ",", "a,a", {"a": 0}, {"a": True}, {"a": 1.5}, {"": 1}, {1: 1}]
)
def test_impossible_resources_are_refused(given: dict[str, int] | str) -> None:
    with pytest.raises(StepUpError):
        normalise_resources(given)


@pytest.mark.parametrize("given", [3, ["a"], {"a"}])
def test_resources_of_another_type_are_a_type_error(given: object) -> None:
    with pytest.raises(TypeError):
        normalise_resources(given)  # type: ignore[arg-type] # that is the point


def test_optional_is_another_way_to_say_need() -> None:
    assert need_of(Need.DEFAULT, optional=True) is Need.OPTIONAL
    assert need_of(Need.OPTIONAL, optional=True) is Need.OPTIONAL
    assert need_of(Need.PLAN, optional=False) is Need.PLAN
    with pytest.raises(StepUpError):
        need_of(Need.PLAN, optional=True)
    with pytest.raises(StepUpError):
        need_of(Need.TARGET, optional=False)
    with pytest.raises(TypeError):
        need_of(31, optional=False)  # type: ignore[arg-type] # that is the point


def test_names_are_sorted_and_unique() -> None:
    assert normalise_names("A") == ["A"]
    assert normalise_names(["B", "A", "B"]) == ["A", "B"]
    for wrong in ("", "A=1", "A\0"):
        with pytest.raises(StepUpError):
            normalise_names([wrong])


@pytest.mark.parametrize("overrides", [{"HERE": "x"}, {"STEPUP_JOB_I": "1"}, {"A": "x"}, {"B": "\0"}, {"": "x"}])
def test_impossible_overrides_are_refused(overrides: dict[str, str]) -> None:
    with pytest.raises(StepUpError):
        check_overrides(overrides, ["A"])


@pytest.mark.parametrize(("given", "expected"), [(None, 0.0), (2, 2.0), (0.5, 0.5)])
def test_a_duration_is_seconds(given: float | None, expected: float) -> None:
    assert normalise_duration(given) == expected


def test_impossible_durations_are_refused() -> None:
    for wrong in (-1, float("nan"), float("inf"), True, "1"):
        with pytest.raises(StepUpError, match=r"Invalid duration: .*\. Must be a non-negative number\."):
            normalise_duration(wrong)  # type: ignore[arg-type] # that is the point


def test_a_pool_and_a_block_of_version_1_are_resources() -> None:
    assert with_limits("a:2", pool=None, block=False) == "a:2"
    assert with_limits(None, pool="p", block=True) == {"p": 1, BLOCKED: 1}
    assert with_limits("a:2", pool="p", block=False) == {"a": 2, "p": 1}
