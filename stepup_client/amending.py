"""What a step adds to itself while it runs, and what it keeps back: `amend` and `hold`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import TracebackType

from stepup_client.core.declarations import Amendment, HoldChange
from stepup_client.core.options import normalise_names
from stepup_client.core.paths import StrPaths, check_no_directory
from stepup_client.errors import InputNotFoundError
from stepup_client.rpc.current import caller

__all__ = ("amend", "hold")


def amend(
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
) -> None:
    """Add dependencies to the calling step while it runs; return when its inputs can be used.

    Raises
    ------
    InputNotFoundError
        An input is not available yet. The step runs again when it is.
    """
    me = caller()
    variables = me.variables()
    inputs, outputs, volatiles = (variables.paths(paths) for paths in (inp, out, vol))
    check_no_directory((*inputs, *outputs, *volatiles), os.path.isdir)
    variables.use(normalise_names(env))
    me.record(variables)
    if not (inputs or outputs or volatiles):
        return
    amendment = Amendment(inputs, [], outputs, volatiles)
    answer = me.session.amend(amendment, me.base, me.line())
    if answer.unavailable or answer.unfresh:
        raise InputNotFoundError("Dynamic inputs are not available yet.")


class hold:  # noqa: N801 # used like a function
    """Keep steps that are declared in a block from running before its end."""

    def __enter__(self) -> None:
        caller().declare(HoldChange(open=True))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        caller().declare(HoldChange(open=False))
