"""The value of a variable, as a plan wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stepup_client.errors import EnvVarError

from .paths import Place, coerce_path, normalise
from .variables import Variables

if TYPE_CHECKING:
    from path import Path

__all__ = ("EnvironmentForm", "split_value", "value_as_path", "value_when_unset")


class EnvironmentForm(NamedTuple):
    """What the value of a variable stands for."""

    path: bool
    """A path."""
    back: bool
    """A path relative to the root."""
    multi: bool
    """Several paths, separated by colons."""

    @property
    def is_path(self) -> bool:
        """Paths are wanted."""
        return self.path or self.back or self.multi


def value_when_unset(name: str, form: EnvironmentForm) -> list[Path] | None:
    """Return what stands for a variable that is not set and has no default.

    Raises
    ------
    EnvVarError
        A path is wanted, and there is none.
    """
    if form.multi:
        return []
    if form.is_path:
        raise EnvVarError(f"Undefined environment variable {name}. Set it before the build, or give a default.")
    return None


def split_value(value: str) -> list[str]:
    """Return the parts of a value that are not empty."""
    return [part for part in value.split(":") if part]


def value_as_path(value: str, form: EnvironmentForm, variables: Variables, place: Place) -> str:
    """Return a value as a path that is relative to `place`, with one round of substitution; an empty one is `.`."""
    text = normalise(coerce_path(variables.substitute(value) or "."))
    return place.translate_back(text) if form.back else text
