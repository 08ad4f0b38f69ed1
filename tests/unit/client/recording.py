"""A session that records what a plan says, and a plan that stands where a test wants it."""

from __future__ import annotations

from stepup_client.core.declarations import (
    AmendAnswer,
    Amendment,
    EnvironmentUse,
    GlobMatch,
    GlobQuery,
    GraphTexts,
    Source,
    Statement,
    StaticPaths,
)
from stepup_client.core.stepinfo import StepInfo, step_info_of
from tests.unit.client.builders import a_step

__all__ = ("RecordedAnswer", "RecordingSession")


class RecordedAnswer:
    """An answer that is given when somebody looks."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.looks = 0
        self._paths = paths

    def paths(self, source: Source) -> tuple[str, ...]:
        del source
        self.looks += 1
        return self._paths


class RecordingSession:
    """Remembers every statement with its base and line; answers as it was told to."""

    def __init__(self) -> None:
        self.said: list[Statement | Amendment | GlobQuery] = []
        self.bases: list[str] = []
        self.sources: list[Source] = []
        self.answers: list[RecordedAnswer] = []
        self.matches: list[GlobMatch] = []
        self.amend_answer = AmendAnswer((), ())

    @property
    def statement(self) -> Statement | Amendment | GlobQuery:
        """The last thing that was said."""
        return self.said[-1]

    @property
    def recorded_variables(self) -> list[str]:
        """All variables that the step depends on."""
        return [name for one in self.said if isinstance(one, EnvironmentUse) for name in one.names]

    def fork(self) -> RecordingSession:
        return RecordingSession()

    def declare(self, statement: Statement, base: str, source: Source, *, awaited: bool = False) -> None:
        del awaited
        self._record(statement, base, source)

    def declare_static(
        self, statement: StaticPaths, base: str, source: Source, *, awaited: bool = False
    ) -> RecordedAnswer:
        self.declare(statement, base, source, awaited=awaited)
        self.answers.append(RecordedAnswer(statement.paths))
        return self.answers[-1]

    def glob(self, query: GlobQuery, base: str, source: Source) -> list[GlobMatch]:
        self._record(query, base, source)
        return self.matches

    def amend(self, amendment: Amendment, base: str, source: Source) -> AmendAnswer:
        self._record(amendment, base, source)
        return self.amend_answer

    def step_info(self, source: Source) -> StepInfo:
        del source
        return step_info_of(a_step("./plan.py", inputs=["plan.py"]))

    def graph(self, source: Source) -> GraphTexts:
        del source
        return GraphTexts("text", "provenance", "dependency")

    def _record(self, said: Statement | Amendment | GlobQuery, base: str, source: Source) -> None:
        self.said.append(said)
        self.bases.append(base)
        self.sources.append(source)
