"""Between builds: which changes of files are noticed, who is told at once, and what the next build looks at.

What comes in are only hints that something was touched: by the user, or by our own steps a moment ago.
The truth is a look at the disk, and the only measure is what is recorded:
a file whose stamps are those that are recorded was not touched by anybody else.
So late, repeated and superfluous hints do no harm, and lost ones are healed by the hint that everything was touched.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from .commands import Watch
from .desk import Desk
from .events import PathsTouched, WatchFailed
from .hints import doubtful_files, doubtful_queries, where_matches_are
from .ids import RequestId
from .patterns import compile_query
from .records import File
from .refusals import NotNow
from .states import FileState, Phase, Tag
from .values import Change, ChangeKind, GlobMatch, GlobQuery, Hint, Observation, PathKind, Reach, WatchedDirectory

__all__ = ("Watching",)

DELAY_S = 0.5
"""How long after the first change a build begins by itself, if it was asked to."""
REBUILD = "rebuild"
"""The key of that deadline."""

_KNOWN = frozenset({FileState.CONFIRMED, FileState.MISSING, FileState.BUILT, FileState.OUTDATED})
_LIKE_FILES = frozenset({PathKind.FILE, PathKind.UNREADABLE})

Taken = Callable[[tuple[File, ...], tuple[GlobQuery, ...]], None]


@dataclass(slots=True)
class _Look:
    """A look at the disk that was asked for: files, and matches of patterns."""

    order: dict[str, None]
    """The paths in the order in which people are to hear of them; others come last."""
    written: frozenset[str]
    """Paths that somebody else has touched, whether they are different or not."""
    open_questions: int = 0
    fates: dict[str, ChangeKind] = field(default_factory=dict[str, ChangeKind])
    """What has happened to those paths of which people are to hear."""


class Watching:
    """What is noticed from the end of one build to the beginning of the next."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_armed = False
        """Somebody has been asked to watch, and has not said that it failed."""
        self._hints: list[Hint] = []
        """What was heard and not acted upon yet."""
        self._suspects: dict[str, None] = {}
        """Files that may be different from what is recorded."""
        self._queries: dict[GlobQuery, None] = {}
        """Patterns that may match something else than is recorded."""
        self._noticed: dict[str, ChangeKind] = {}
        """What people were told in this phase."""
        self._waiters: dict[RequestId, Change] = {}
        self._is_catching_up = False
        """The next news is of what happened during the build, some of it by our own steps."""

    # From phase to phase

    def start(self) -> None:
        """Watch all that matters, and look at what was touched in the meantime."""
        self._desk.phase = Phase.WATCH
        self._desk.report(Tag.PHASE, "watch")
        self._is_armed = self._is_catching_up = True
        for path, kind in sorted(self._desk.moved.items()):
            self.notice(path, kind)
        self._desk.moved.clear()
        self._desk.commands.append(Watch(self.directories()))

    def directories(self) -> tuple[WatchedDirectory, ...]:
        """Return where changes matter: where the files are, and where patterns may match."""
        levels = {posixpath.dirname(file.path) or ".": 0 for file in self._desk.graph.files.values() if _is_known(file)}
        for query in self._desk.globbers:
            path, depth = where_matches_are(query)
            levels[path] = max(depth, levels.get(path, 0))
        return tuple(WatchedDirectory(path, levels[path]) for path in sorted(levels))

    def take(self, then: Taken) -> None:
        """Hand over the files and patterns that may be different now; to be called only when somebody watches."""
        self._desk.deadlines.cancel(REBUILD)
        self._desk.questions.pause_watch(lambda news: self._on_last_news(news, then))

    def _on_last_news(self, news: PathsTouched, then: Taken) -> None:
        """Hand over what was not settled in this phase."""
        self._hints += news.hints
        self._suspect()
        graph = self._desk.graph
        new = {file.path: None for file in graph.files.values() if file.state is FileState.UNCONFIRMED}
        paths = sorted({**self._suspects, **new})
        then(
            tuple(graph.file_by_path[path] for path in paths if path in graph.file_by_path),
            tuple(query for query in self._queries if query in self._desk.globbers),
        )

    def close(self) -> None:
        """Forget what was noticed: the build has taken it up."""
        self._suspects.clear()
        self._queries.clear()
        self._noticed.clear()

    def settle(self, observation: Observation, *, differs: bool) -> None:
        """Tell people what became of a file that was touched, if a step would hear of it."""
        path, kind, _ = observation
        if self._desk.graph.file_by_path[path].detached:
            return
        is_there = kind in _LIKE_FILES
        if differs or path in self._noticed:
            self.notice(path, _kind_of(is_there=is_there))
        if is_there and not differs and path in self._noticed:
            self._desk.report(Tag.SAMEHASH, path)

    @property
    def is_armed(self) -> bool:
        """Tell whether somebody watches, so that what nobody has touched need not be looked at."""
        return self._is_armed

    # Those who wait for a change

    def await_change(self, request: RequestId, change: Change) -> None:
        """Answer when a change is noticed, be it long ago in this phase.

        Raises
        ------
        NotNow
            Nobody would notice it.
        """
        if self._desk.phase is Phase.WATCH and not self._is_armed:
            raise NotNow("The files are not watched, so that changes are not noticed.")
        self._waiters[request] = change
        self._answer_waiters()

    def abandon(self, request: RequestId) -> None:
        """Forget a caller that went away."""
        self._waiters.pop(request, None)

    def answer_all(self) -> None:
        """Let nobody wait for what will not come."""
        for request in self._waiters:
            self._desk.answer(request, int(self._desk.return_code))
        self._waiters.clear()

    def dismiss(self, reason: str) -> None:
        """Refuse those who wait in vain."""
        for request in self._waiters:
            self._desk.refuse(request, NotNow(reason))
        self._waiters.clear()

    def _answer_waiters(self) -> None:
        """Answer those who wait for what has been noticed."""
        for request, change in list(self._waiters.items()):
            # Directories that match a pattern have a slash at the end.
            if change.kind in {self._noticed.get(change.path), self._noticed.get(change.path + "/")}:
                del self._waiters[request]
                self._desk.answer(request, int(self._desk.return_code))

    # News

    def on_paths_touched(self, event: PathsTouched) -> None:
        """Look at what was touched, now or when the build is over."""
        if event.token is not None:
            self._desk.questions.pauses.answer(event.token, event)
            return
        self._hints += event.hints
        if self._desk.phase is Phase.WATCH:
            self._look()

    def on_watch_failed(self, event: WatchFailed) -> None:
        """Say that changes are not noticed; the next build looks at everything."""
        self._is_armed = False
        self._desk.report(Tag.ERROR, event.reason)
        self.dismiss(event.reason)

    def _look(self) -> None:
        """Ask the disk about what was touched and matters."""
        touched = {hint.path: None for hint in self._hints}
        written = frozenset(hint.path for hint in self._hints if hint.reach is Reach.ENTRY)
        paths, queries = self._suspect()
        look = _Look({**touched, **dict.fromkeys(paths)}, frozenset() if self._is_catching_up else written)
        self._is_catching_up = False
        files = tuple((path, self._desk.graph.file_by_path[path].hash) for path in paths)
        if files:
            look.open_questions += 1
            self._desk.questions.compare_files(files, lambda seen: self._on_compared(look, seen))
        if queries:
            look.open_questions += 1
            self._desk.questions.expand_globs(queries, lambda found: self._on_expanded(look, queries, found))

    def _suspect(self) -> tuple[tuple[str, ...], tuple[GlobQuery, ...]]:
        """Turn hints into suspects; return those that are there to be looked at, in the order of the hints."""
        hints, self._hints = self._hints, []
        known = (file.path for file in self._desk.graph.files.values() if _is_known(file))
        paths = doubtful_files(hints, known)
        queries = doubtful_queries(hints, self._desk.globbers)
        self._suspects.update(paths)
        self._queries.update(dict.fromkeys(queries))
        return tuple(paths), queries

    # What the disk says

    def _on_compared(self, look: _Look, observations: tuple[Observation, ...]) -> None:
        """Find the files that somebody else has touched, and clear the others."""
        for path, kind, hash_ in observations:
            file = self._desk.graph.file_by_path.get(path)
            if file is None:
                continue
            is_there = kind in _LIKE_FILES
            is_untouched = file.hash == hash_ and is_there == (hash_ is not None)
            if is_untouched and path not in self._noticed:
                self._suspects.pop(path, None)
            elif not file.detached:
                look.fates[path] = _kind_of(is_there=is_there)
        self._close_question(look)

    def _on_expanded(
        self, look: _Look, queries: tuple[GlobQuery, ...], found: tuple[tuple[GlobMatch, ...], ...]
    ) -> None:
        """Find matches that have come or gone, or were written although nobody declares them."""
        for query, matches in zip(queries, found, strict=True):
            there = {match.path for match in matches}
            known = self._known_matches(query)
            told = set(filter(compile_query(query).matches, self._noticed))
            for path in sorted(known | there | told):
                is_news = (path in known) != (path in there) or path in self._noticed
                if is_news or (path in look.written and path not in self._desk.graph.file_by_path):
                    look.fates.setdefault(path, _kind_of(is_there=path in there))
        self._close_question(look)

    def _close_question(self, look: _Look) -> None:
        """Tell people what has happened when all is known, unless the next build has begun and does so itself."""
        look.open_questions -= 1
        if look.open_questions or self._desk.phase is not Phase.WATCH:
            return
        for path in {**look.order, **dict.fromkeys(sorted(look.fates))}:
            if path in look.fates:
                self.notice(path, look.fates[path])
        self._answer_waiters()

    def _known_matches(self, query: GlobQuery) -> set[str]:
        """Return what the steps that asked for a pattern were told."""
        steps = self._desk.graph.steps
        return {match.path for id_ in self._desk.globbers.get(query, ()) for match in steps[id_].globs[query]}

    def notice(self, path: str, kind: ChangeKind) -> None:
        """Tell people what has happened to a path, unless they know."""
        if self._noticed.get(path) is kind:
            return
        self._noticed[path] = kind
        self._desk.report(Tag(kind.value), path)
        if self._desk.options.watch_first and self._desk.phase is Phase.WATCH and len(self._noticed) == 1:
            self._desk.deadlines.set(REBUILD, self._desk.now + DELAY_S)


def _kind_of(*, is_there: bool) -> ChangeKind:
    """Return what has happened to a path that was touched."""
    return ChangeKind.UPDATED if is_there else ChangeKind.DELETED


def _is_known(file: File) -> bool:
    """Tell whether something is recorded about a file that somebody else may change.

    Also of a detached one: a plan may declare it again, and takes it as it is recorded then.
    """
    return file.state in _KNOWN
