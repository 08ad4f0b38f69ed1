"""Which versions go together."""

from __future__ import annotations

import pytest

from stepup_shared.versions import go_together, mismatch


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("1.4.0", "1.4.7", True),
        ("1.4.0", "1.5.0", True),
        ("1.4.0", "1.3.9", True),
        ("1.4.0", "1.6.0", False),
        ("1.4.0", "1.2.0", False),
        ("1.9.0", "2.0.0", False),
        ("1.10.0", "1.9.0", True),
        ("1.4.0.dev3+x", "1.5", True),
        ("", "1.4.0", True),
        ("odd", "1.4.0", False),
        ("odd", "odd", True),
    ],
)
def test_one_minor_version_more_or_less_will_do(one: str, other: str, *, together: bool) -> None:
    assert go_together(one, other) == go_together(other, one) == together


def test_a_refusal_names_both() -> None:
    assert mismatch("1.4.0", "1.5.0") is None
    assert str(mismatch("1.4.0", "1.7.0")).startswith("The director has version 1.4.0, the worker 1.7.0:")
