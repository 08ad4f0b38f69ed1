"""What can go wrong, and how it is shown."""

from __future__ import annotations

import pytest

from stepup.core import exceptions
from stepup_client import errors
from stepup_client.core import tracebacks
from stepup_client.core.paths import coerce_path


def test_both_import_names_give_the_same_classes() -> None:
    assert exceptions.__all__ == errors.__all__
    assert all(getattr(exceptions, name) is getattr(errors, name) for name in errors.__all__)


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_are_named_as_users_know_them(name: str) -> None:
    assert f"{getattr(errors, name).__module__}.{name}" == f"stepup.core.exceptions.{name}"


def test_wrong_arguments_are_value_errors() -> None:
    assert issubclass(errors.PathError, ValueError)
    assert issubclass(errors.CyclicError, errors.GraphError)
    assert not issubclass(errors.InputNotFoundError, errors.UsageError)


def test_a_mistake_is_shown_without_our_frames(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(errors.PathError) as caught:
        coerce_path("")
    tracebacks.show(caught.type, caught.value, caught.tb)
    shown = capsys.readouterr().err
    assert shown.startswith("Shortened traceback (most recent call last). Set STEPUP_DEBUG=1 for details:\n")
    assert shown.endswith("stepup.core.exceptions.PathError: A path is empty.\n")
    assert "paths.py" not in shown
    assert "test_errors.py" in shown


def test_another_error_keeps_our_frames(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TypeError) as caught:
        coerce_path(3)  # type: ignore[arg-type] # that is the point
    tracebacks.show(caught.type, caught.value, caught.tb)
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback (most recent call last):\n")
    assert "paths.py" in shown
