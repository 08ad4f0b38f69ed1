"""What a plan speaks to when no build is going on: each statement is shown, nothing happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from stepup_client.core.declarations import (
    AmendAnswer,
    Amendment,
    DeferredGlobs,
    DirectoryPaths,
    EnvironmentUse,
    GlobMatch,
    GlobQuery,
    HoldChange,
    Need,
    Pool,
    Source,
    Statement,
    StaticPaths,
    StepDeclaration,
    SubprocessRecord,
)
from stepup_client.core.globs import NamedGlob, has_any_wildcards, iter_wildcard_names
from stepup_client.core.stepinfo import StepInfo, step_info_of

__all__ = ("OfflineSession",)


class OfflineSession:
    """Shows on standard output what would be said to a director."""

    def fork(self) -> OfflineSession:
        """Return itself: a forked process is not in a build either."""
        return self

    def declare(self, statement: Statement, base: str, source: Source, *, awaited: bool = False) -> None:
        """Show a statement."""
        del base, source, awaited
        _show(_call_of(statement))

    def declare_static(self, statement: StaticPaths, base: str, source: Source, *, awaited: bool = False) -> _Look:
        """Show a static declaration."""
        self.declare(statement, base, source, awaited=awaited)
        return _Look(statement)

    def glob(self, query: GlobQuery, base: str, source: Source) -> list[GlobMatch]:
        """Show a pattern and return what matches here."""
        del base, source
        _show(_call("glob", (query.pattern,), query.substitutions))
        names = tuple(dict.fromkeys(iter_wildcard_names(query.pattern)))
        results = _found(query).results.items()
        return [GlobMatch(str(path), dict(zip(names, key, strict=True))) for key, paths in results for path in paths]

    def amend(self, amendment: Amendment, base: str, source: Source) -> AmendAnswer:
        """Show an amendment; everything is available."""
        del base, source
        lists = zip(("inp", "env", "out", "vol"), amendment, strict=True)
        _show(_call("amend", (), {name: list(value) for name, value in lists if value}))
        return AmendAnswer((), ())

    def step_info(self, source: Source) -> StepInfo:
        """Return a step with nothing in it."""
        del source
        _show("get_info()")
        return step_info_of(_NO_STEP)

    def graph(self, source: Source) -> None:
        """Return that there is no graph."""
        del source
        _show("graph()")


class _Look:
    """The answer of the disk to a static declaration, when somebody wants to know."""

    def __init__(self, statement: StaticPaths) -> None:
        self._statement = statement

    def paths(self, source: Source) -> Sequence[str]:
        """Return what is there."""
        del source
        return [path for text in self._statement.paths for path in _expanded(text)]


def _found(query: GlobQuery) -> NamedGlob:
    found = NamedGlob(query.pattern, query.substitutions)
    found.glob()
    return found


def _expanded(text: str) -> Sequence[str]:
    """Return what a static path stands for; nothing if it is not there."""
    if has_any_wildcards(text):
        return [str(path) for path in _found(GlobQuery(text, {})).files()]
    if os.path.isdir(text):
        return [text.rstrip("/") + "/"]
    return [text] if os.path.exists(text) else []


_NO_STEP = StepDeclaration("", "", [], [], [], [], Need.DEFAULT, {}, False, {}, 0.0)


def _call_of(statement: Statement) -> str:
    """Write a statement as the call that makes it."""
    match statement:
        case StaticPaths(paths):
            return _call("static", paths, {})
        case DirectoryPaths(paths, create):
            return _call("mkdir" if create else "directory", paths, {})
        case DeferredGlobs(patterns):
            return _call("glob", patterns, {"_defer": True})
        case Pool(name, units):
            return _call("pool", (name,), {"size": units})
        case EnvironmentUse(names):
            return _call("amend", (), {"env": list(names)})
        case SubprocessRecord(command=command, exit_code=code):
            return _call("record_subprocess", (command,), {"returncode": code})
        case HoldChange(is_open):
            return "hold()" if is_open else "end of hold()"
        case StepDeclaration():
            return _call("step", (statement.command,), _options(statement))


def _options(step: StepDeclaration) -> dict[str, object]:
    """Return what is not as it is by default."""
    options = {
        "inp": step.inputs,
        "env": step.environment,
        "out": step.outputs,
        "vol": step.volatiles,
        "workdir": step.workdir,
        "need": "" if step.need is Need.DEFAULT else step.need.name,
        "resources": dict(step.resources),
        "shell": step.shell,
        "env_overrides": dict(step.overrides),
        "duration": step.duration_s,
        "where": step.where,
        "timeout": step.timeout_s,
        "retry": step.retries,
    }
    return {name: value for name, value in options.items() if value}


def _call(function: str, positional: Sequence[str], named: Mapping[str, object]) -> str:
    words = [repr(value) for value in positional] + [f"{name}={value!r}" for name, value in named.items()]
    return f"{function}({', '.join(words)})"


def _show(text: str) -> None:
    sys.stdout.write(text + "\n")
