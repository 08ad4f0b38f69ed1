"""The inside of the steps that `script` declares: the driver of a script that knows its own inputs and outputs."""

from __future__ import annotations

import argparse
import functools
import inspect
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from stepup_client.core.paths import StrPaths
from stepup_client.core.stepinfo import StepInfo
from stepup_client.paths import short_path
from stepup_client.running import run
from stepup_client.statics import static
from stepup_client.stepinfo import dump_step_info

__all__ = ("driver",)

_STEP_KEYS = ("inp", "out")


class _Case(NamedTuple):
    """The arguments of one step of a script with cases."""

    positional: Sequence[Any]
    """Fill the places of CASE_FMT."""
    named: Mapping[str, Any]
    """Fill its names."""


def driver(obj: object = None) -> None:
    """Plan or run the steps of a script; the last line of a script that describes itself.

    Parameters
    ----------
    obj
        What defines the functions below; by default the script itself.

    A script of one step defines `info()`, which returns a dictionary, and `run(..)`.
    The keys `inp` and `out` of the dictionary are those of the step, `static` is declared static,
    and `run` is called with all keys that it has parameters for.
    A script of several steps defines `CASE_FMT`, a format such as `{}_{:03d}`, `cases()`, which yields the arguments
    for it, and `case_info(..)`, which takes them and returns the dictionary of one step.

    Its command lines are `plan`, which declares the steps, `cases`, which shows them, and `run [CASE]`.

    Raises
    ------
    TypeError
        A function or the format is missing.
    ValueError
        The name of a case does not fit the format.

    Examples
    --------
    >>> from stepup.core.script import driver
    >>> def info():
    ...     return {"inp": "words.txt", "out": "count.txt", "word": "the"}
    >>> def run(inp, out, word):
    ...     Path(out).write_text(str(Path(inp).read_text().count(word)))
    >>> if __name__ == "__main__":
    ...     driver()
    """
    script = _Script(sys._getframe(1).f_globals if obj is None else obj, sys.argv[0])
    options = _parser(script.program).parse_args()
    match options.command:
        case "plan":
            script.plan(options.step_info, optional=options.optional)
        case "cases":
            sys.stdout.writelines(f"{command}\n" for command, _ in script.commands())
        case _:
            script.run(options.string)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program)
    commands = parser.add_subparsers(dest="command", required=True)
    plan = commands.add_parser("plan", help="declare the steps of this script")
    plan.add_argument("--step-info", metavar="FILE", help="write what was declared to a JSON file")
    plan.add_argument("-o", "--optional", action="store_true", help="the steps run only when they are needed")
    commands.add_parser("cases", help="show the steps of this script")
    run_parser = commands.add_parser("run", help="run a step of this script")
    run_parser.add_argument("string", nargs="?", metavar="CASE", help="which case; none for the step of info()")
    return parser


class _Script:
    """A script with its functions."""

    def __init__(self, defined: object, program: str) -> None:
        """Take what defines the functions, and the name under which the script runs."""
        names = cast("dict[str, Any]", defined) if isinstance(defined, dict) else None
        self._defined: Any = defined if names is None else SimpleNamespace(**names)
        self.program = str(short_path(program))
        self._require("run")
        if self._has("cases"):
            self._require("case_info", "CASE_FMT")

    def commands(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield the command of each step, and what describes the step."""
        command = f"{shlex.quote(_with_slash(self.program))} run"
        if self._has("info"):
            yield command, self._defined.info
        for case in self._cases():
            name = self._defined.CASE_FMT.format(*case.positional, **case.named)
            info = functools.partial(self._defined.case_info, *case.positional, **case.named)
            yield f"{command} {shlex.quote(name)}", info

    def plan(self, step_info: str | None, *, optional: bool) -> None:
        """Declare the steps and write down what was declared."""
        steps = ((command, self._described(info())) for command, info in self.commands())
        declared = [_declare(command, info, optional=optional) for command, info in steps]
        if step_info is not None:
            is_one = len(declared) == 1 and not self._has("cases")
            dump_step_info(step_info, declared[0] if is_one else declared)

    def run(self, name: str | None) -> None:
        """Run the step of `info()`, or the one of a case."""
        info = self._described(self._own_info() if name is None else self._info_of(name))
        wanted = inspect.signature(self._defined.run).parameters
        self._defined.run(**{key: value for key, value in info.items() if key in wanted})

    def _own_info(self) -> object:
        """Return the description of the step without a case."""
        self._require("info")
        return self._defined.info()

    def _info_of(self, name: str) -> object:
        """Return the description of a case."""
        from parse import parse  # type: ignore[import-untyped] # it has no types

        self._require("case_info", "CASE_FMT")
        found = parse(self._defined.CASE_FMT, name)
        if found is None:
            raise ValueError(f"Could not parse string '{name}' with CASE_FMT '{self._defined.CASE_FMT}'.")
        return self._defined.case_info(*found.fixed, **found.named)

    def _cases(self) -> Iterator[_Case]:
        """Yield the arguments of all cases, however the script writes them."""
        for one in self._defined.cases() if self._has("cases") else ():
            match one:
                case (list() | tuple(), dict()):
                    yield _Case(*cast("tuple[list[Any], dict[str, Any]]", one))
                case dict():
                    yield _Case((), cast("dict[str, Any]", one))
                case list() | tuple():
                    yield _Case(cast("list[Any]", one), {})
                case _:
                    yield _Case((one,), {})

    def _described(self, info: object) -> dict[str, Any]:
        """Return a description, if it is one."""
        if not isinstance(info, dict):
            raise TypeError(f"info() and case_info() of {self.program} must return a dictionary, not {info!r:.80}.")
        return cast("dict[str, Any]", info)

    def _has(self, name: str) -> bool:
        return hasattr(self._defined, name)

    def _require(self, *names: str) -> None:
        """Refuse a script that lacks something."""
        for name in names:
            if not self._has(name):
                raise TypeError(f"Script {self.program} has no {name}{'' if name.isupper() else ' function'}.")


def _with_slash(program: str) -> str:
    return program if program.startswith(("./", "../", "/")) else f"./{program}"


def _declare(command: str, info: Mapping[str, Any], *, optional: bool) -> StepInfo:
    """Declare what a description says."""
    if "static" in info:
        static(cast("StrPaths", info["static"]))
    lists = {key: info[key] for key in _STEP_KEYS if key in info}
    return run(command, **lists, optional=optional)
