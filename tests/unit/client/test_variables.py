"""Variables in paths are substituted, and remembered."""

from __future__ import annotations

import pytest

from stepup_client.core.paths import Place
from stepup_client.core.variables import Variables
from stepup_client.errors import EnvVarError


def variables(**environment: str) -> Variables:
    return Variables(environment, Place("/project/sub", "/project", slash=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A/b", "x/b"),
        ("${A}b", "xb"),
        ("$A$A", "xx"),
        ("${*A}", "${*A}"),
        ("a$", "a$"),
        ("$1", "$1"),
        ("${A", "${A"),
        ("$$A", "$x"),
    ],
)
def test_both_notations_are_substituted_and_nothing_else(text: str, expected: str) -> None:
    assert variables(A="x").substitute(text) == expected


def test_values_are_not_substituted_again() -> None:
    assert variables(A="$B", B="x").substitute("$A") == "$B"


def test_used_variables_are_remembered_once_in_order() -> None:
    some = variables(A="x", B="y")
    some.paths(["$B", "$A/$B"])
    assert list(some.used) == ["B", "A"]


def test_here_and_root_are_computed_and_not_remembered() -> None:
    some = variables(HERE="wrong", ROOT="wrong")
    assert some.substitute("$HERE ${ROOT}") == "sub .."
    assert some.enter("deep/").substitute("$HERE ${ROOT}x") == "sub/deep/ ../../x"
    assert not some.used


def test_what_is_used_in_a_workdir_counts() -> None:
    some = variables(A="x")
    some.enter("deep").path("$A")
    assert list(some.used) == ["A"]


def test_an_undefined_variable_is_an_error_that_names_it() -> None:
    with pytest.raises(EnvVarError, match="Undefined environment variable NOPE"):
        variables().path("a/$NOPE")


def test_settled_variables_leave_texts_alone() -> None:
    some = variables(A="x").settled()
    assert some.paths("$A") == ["$A"]
    assert some.enter("deep").path("$A") == "$A"
