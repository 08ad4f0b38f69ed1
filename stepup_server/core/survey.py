"""At the beginning of a build: compare variables, files and patterns with what was recorded, and say what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .causes import MatchesChanged, hash_change, value_text
from .consequences import make_pending, observe_file
from .desk import Desk
from .records import File
from .states import FileState, StepState, Tag
from .values import ChangeKind, FileHash, GlobMatch, GlobQuery, Observation, PathKind
from .watching import Watching

__all__ = ("Survey",)

_LIKE_FILES = frozenset({PathKind.FILE, PathKind.UNREADABLE})


class Survey:
    """Leads from question to question, up to the moment at which steps may be judged."""

    def __init__(self, desk: Desk, watching: Watching) -> None:
        self._desk = desk
        self._watching = watching
        self._then: Callable[[], None] = lambda: None

    def begin(self, then: Callable[[], None]) -> None:
        """Compare everything, or what was touched if somebody has watched; go on with `then`."""
        self._then = then
        if self._watching.is_armed:
            self._watching.take(self._look_at)
            return
        self._compare_environment()
        if self._desk.options.watch:
            count = len(self._watching.directories())
            self._desk.report_detail(Tag.STARTUP, f"Watching {count} {'directory' if count == 1 else 'directories'}")
        self._look_at(tuple(self._desk.graph.files.values()), tuple(self._desk.globbers))

    def _compare_environment(self) -> None:
        """Let steps run again for which a variable has another value now."""
        changed: dict[str, str] = {}
        for step in self._desk.graph.steps.values():
            for name, before in step.environment_values.items():
                after = self._desk.environment.get(name)
                if before != after and step.may_be_skipped:
                    changed[name] = f"{name} {value_text(before)} ➜ {value_text(after)}"
                    make_pending(self._desk, step)
        for name in sorted(changed):
            self._desk.report(Tag.UPDATED, changed[name])

    def _look_at(self, files: tuple[File, ...], queries: tuple[GlobQuery, ...]) -> None:
        """Ask for the files, and then for the patterns."""
        questions = tuple((file.path, file.hash) for file in files if self._is_observable(file))
        known = sum(file.state is not FileState.UNCONFIRMED for file in files if self._is_observable(file))
        if not self._watching.is_armed and known:
            self._desk.report_detail(Tag.STARTUP, f"Checking {known} file(s) for changes")
        if questions:
            self._desk.questions.hash_files(questions, lambda seen: self._on_files_seen(seen, queries))
        else:
            self._ask_globs(queries)

    def _is_observable(self, file: File) -> bool:
        """Tell whether something is known about a file that the disk may contradict.

        The products of a step that is running are not: it is about to change them.
        """
        if file.is_static:
            return True
        maker = self._desk.graph.producer(file)
        running = maker is not None and maker.state is StepState.RUNNING
        return file.is_output and file.hash is not None and not running

    def _on_files_seen(self, observations: tuple[Observation, ...], queries: tuple[GlobQuery, ...]) -> None:
        """Take note of the files, in the order of their paths; ask for the patterns."""
        for observation in sorted(observations):
            file = self._desk.graph.file_by_path.get(observation.path)
            if file is not None:
                before = file.hash
                differs = observe_file(self._desk, file, observation)
                if self._watching.is_armed:
                    self._watching.settle(observation, differs=differs)
                elif differs:
                    self._report_change(before, observation)
        self._ask_globs(queries)

    def _report_change(self, before: FileHash | None, observation: Observation) -> None:
        """Say that somebody else has changed a file; what is there instead of a file has been said."""
        path, kind, after = observation
        if kind is PathKind.MISSING:
            self._desk.report(Tag.DELETED, path)
        elif after is not None:
            self._desk.report(Tag.UPDATED, f"{path} ({hash_change(before, after)})")

    def _ask_globs(self, queries: tuple[GlobQuery, ...]) -> None:
        """Ask what the patterns match now."""
        if not self._watching.is_armed and queries:
            self._desk.report_detail(Tag.STARTUP, f"Checking {len(queries)} nglob(s) for new or deleted matches")
        if queries:
            self._desk.questions.expand_globs(queries, lambda found: self._on_globs_seen(queries, found))
        else:
            self._end()

    def _on_globs_seen(self, queries: tuple[GlobQuery, ...], found: tuple[tuple[GlobMatch, ...], ...]) -> None:
        """Let steps run again whose patterns match something else now."""
        gone: set[str] = set()
        new: set[str] = set()
        for query, matches in zip(queries, found, strict=True):
            for id_ in self._desk.globbers.get(query, ()):
                step = self._desk.graph.steps[id_]
                known = step.globs[query]
                if known != matches:
                    gone |= _paths(known) - _paths(matches)
                    new |= _paths(matches) - _paths(known)
                    self._desk.graph.forget_success(step, _match_change(query, known, matches))
                    make_pending(self._desk, step)
        self._report_matches(gone, new)
        self._end()

    def _report_matches(self, gone: set[str], new: set[str]) -> None:
        """Say which matches have come and gone."""
        for kind, paths in ((ChangeKind.DELETED, gone), (ChangeKind.UPDATED, new)):
            for path in sorted(paths):
                if self._watching.is_armed:
                    self._watching.notice(path, kind)
                else:
                    self._desk.report(Tag(kind.value), path)

    def _end(self) -> None:
        """Go on with the build."""
        self._watching.close()
        self._then()


def _paths(matches: Iterable[GlobMatch]) -> set[str]:
    """Return the paths of matches."""
    return {match.path for match in matches}


def _match_change(query: GlobQuery, before: tuple[GlobMatch, ...], after: tuple[GlobMatch, ...]) -> MatchesChanged:
    """Say which matches of a pattern have come and gone."""
    old, new = _paths(before), _paths(after)
    return MatchesChanged(query.pattern, tuple(sorted(new - old)), tuple(sorted(old - new)))
