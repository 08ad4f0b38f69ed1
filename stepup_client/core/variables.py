"""Environment variables in path arguments: `$X` and `${X}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stepup_client.errors import EnvVarError

from .paths import Place, StrPath, StrPaths, coerce_path, coerce_paths

__all__ = ("RESERVED", "Variables")

RESERVED = frozenset(
    {
        "HERE",
        "ROOT",
        "STEPUP_DIRECTOR_SOCKET",
        "STEPUP_TOKEN_FILE",
        "STEPUP_JOB_I",
        "STEPUP_ROOT",
        "STEPUP_STEP_I",
        "STEPUP_STEP_INP_DIGEST",
        "STEPUP_STEP_NEED",
    }
)
"""Set by the worker for each step: they say nothing about the sources, so nothing depends on them."""

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)


class Variables:
    """Substitutes variables and remembers which it used."""

    def __init__(self, environment: Mapping[str, str], place: Place, used: dict[str, None] | None = None) -> None:
        """Take the values of HERE and ROOT from a place, all others from the environment."""
        self._environment = environment
        self._place = place
        self.used: dict[str, None] = {} if used is None else used
        """Names in the order of their first use, without the reserved ones."""

    def enter(self, workdir: str) -> Variables:
        """Return the variables as seen from a workdir; what is used there counts here as well."""
        return type(self)(self._environment, self._place.enter(workdir), self.used)

    def settled(self) -> Variables:
        """Return variables that leave every text as it is: what was substituted once is not substituted again."""
        return _Settled(self._environment, self._place, self.used)

    def substitute(self, text: str) -> str:
        """Return the text with the values of its variables; `${*name}` is left alone.

        Raises
        ------
        EnvVarError
            A variable is not set.
        """
        return _VARIABLE.sub(self._value, text) if "$" in text else text

    def path(self, path: StrPath) -> str:
        """Return the text of a path, variables substituted."""
        text = coerce_path(path)
        return coerce_path(self.substitute(text)) if "$" in text else text

    def paths(self, paths: StrPaths) -> list[str]:
        """Return the texts of one path or several, variables substituted, in the given order."""
        texts = coerce_paths(paths)
        return [self.path(text) if "$" in text else text for text in texts]

    def use(self, names: Iterable[str]) -> None:
        """Remember that variables were used, if anything can depend on them."""
        self.used.update((name, None) for name in names if name not in RESERVED)

    def _value(self, match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name == "HERE":
            return self._place.here
        if name == "ROOT":
            return self._place.way_to_root
        value = self._environment.get(name)
        if value is None:
            raise EnvVarError(f"Undefined environment variable {name} in {match.string!r}. Set it before the build.")
        self.use((name,))
        return value


class _Settled(Variables):
    """Substitutes nothing."""

    def substitute(self, text: str) -> str:
        """Return the text as it is."""
        return text
