"""Several patterns of version 1."""

from __future__ import annotations

import pytest
from path import Path

from stepup_client.core.globs import NamedGlob
from stepup_client.core.joined_globs import NGlobMatch, NGlobMulti
from stepup_client.errors import StepUpError


def found(pattern: str, *paths: str) -> NamedGlob:
    """Return a pattern with those paths that match."""
    result = NamedGlob(pattern)
    result.extend(paths)
    return result


def test_patterns_are_joined_on_their_names() -> None:
    joined = NGlobMulti([found("${*n}.a", "1.a", "2.a", "3.a"), found("${*n}-*.b", "2-x.b", "1-x.b", "1-y.b", "4-x.b")])
    matches = [match for match in joined if isinstance(match, NGlobMatch)]
    assert [match.n for match in matches] == ["1", "2"]
    assert matches[0].files == [Path("1.a"), [Path("1-x.b"), Path("1-y.b")]]
    assert joined.files() == ["1-x.b", "1-y.b", "1.a", "2-x.b", "2.a"]


def test_without_names_paths_are_found() -> None:
    joined = NGlobMulti([found("*.a", "1.a", "2.a"), found("*.b", "1.b")])
    assert list(joined) == ["1.a", "1.b", "2.a"]


def test_nothing_found_is_false() -> None:
    assert not NGlobMulti([found("*.a", "1.a"), found("*.b")])
    with pytest.raises(StepUpError):
        NGlobMulti([found("*.a")]).single()


def test_a_single_path_is_one() -> None:
    assert NGlobMulti([found("*.a", "1.a")]).single() == "1.a"
