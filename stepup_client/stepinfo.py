"""Steps as they were declared, in files: `load_step_info` and `dump_step_info`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from stepup_client.core.paths import StrPath, as_path, as_paths, coerce_path
from stepup_client.core.stepinfo import StepInfo
from stepup_client.errors import StepUpError

__all__ = ("StepInfo", "dump_step_info", "load_step_info")


def dump_step_info(filename: StrPath, step_info: StepInfo | Iterable[StepInfo]) -> None:
    """Write one step, or a list of steps, as JSON.

    Parameters
    ----------
    filename
        The file; it does not become an output of the calling step by that.
    step_info
        What `step`, `run` and the like have returned.

    Examples
    --------
    >>> dump_step_info("info.json", run("touch a.txt", out="a.txt"))
    """
    data = _data_of(step_info) if isinstance(step_info, StepInfo) else [_data_of(one) for one in step_info]
    with open(coerce_path(filename), "w", encoding="utf-8") as file:
        file.write(json.dumps(data, indent=2) + "\n")


def load_step_info(filename: StrPath) -> StepInfo | list[StepInfo]:
    """Read what `dump_step_info` or `./script.py plan --step-info=FILE` has written.

    Parameters
    ----------
    filename
        The file; it does not become an input of the calling step by that.

    Returns
    -------
    One step or a list of steps.

    Raises
    ------
    StepUpError
        The file holds something else.

    Examples
    --------
    >>> amend(inp="info.json")
    >>> copy(load_step_info("info.json").out[0], "public/")
    """
    name = coerce_path(filename)
    with open(name, encoding="utf-8") as file:
        text = file.read()
    try:
        data: object = json.loads(text)
        return [_step_of(one) for one in cast("list[object]", data)] if isinstance(data, list) else _step_of(data)
    except (ValueError, TypeError, KeyError) as error:
        raise StepUpError(f"{name} does not hold what dump_step_info writes: {error!r:.200}") from None


def _data_of(step: StepInfo) -> dict[str, Any]:
    return {
        "command": step.command,
        "inp": [str(path) for path in step.inp],
        "env": list(step.env),
        "out": [str(path) for path in step.out],
        "vol": [str(path) for path in step.vol],
        "workdir": str(step.workdir),
    }


def _step_of(data: object) -> StepInfo:
    fields = cast("dict[str, Any]", data)
    inputs, outputs, volatiles = (as_paths(fields[name]) for name in ("inp", "out", "vol"))
    return StepInfo(fields["command"], inputs, list(fields["env"]), outputs, volatiles, as_path(fields["workdir"]))
