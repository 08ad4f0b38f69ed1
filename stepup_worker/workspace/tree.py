"""The private files of one attempt: its inputs, laid out as in the project, and nothing else.

The tree repeats the whole path of the project's root, so that an input above the root (`../data.csv`) lies within it,
too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import posixpath
import shutil
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from stepup_shared.beneath import Root, UnsafePath
from stepup_shared.hindrance import is_hindrance, naming, needing, write_all
from stepup_worker.core.contents import BlobMissing, Content, Stored, StoreRefused
from stepup_worker.core.values import (
    Amendment,
    Assignment,
    AttemptId,
    FileHash,
    NotStarted,
    Observation,
    Outcome,
    PathKind,
    Transfer,
)
from stepup_worker.run import enclosure
from stepup_worker.run.files import hash_large, look, make_directory
from stepup_worker.run.script import WORKSPACE
from stepup_worker.run.site import SiteRefused

from .cache import Cache
from .shelf import SMALL_BYTES_MAX

__all__ = ("WITH_OUTCOME_BYTES_MAX", "WITH_OUTCOME_COUNT_MAX", "Place", "Tree")

WITH_OUTCOME_BYTES_MAX = 128 * 1024
"""So much of the outputs of an attempt travels with its outcome."""
WITH_OUTCOME_COUNT_MAX = 1000
"""So many of them; the director takes no message that has much more."""
_LARGE_BYTES = 1024 * 1024
"""What is less is not worth telling."""
_PERMISSIONS = 0o777


class Place(NamedTuple):
    """Where a tree is, and what it stands for."""

    folder: str
    """Nobody else's; nothing is where the root will be."""
    director_root: str
    """The project root on the director's host."""
    socket: str
    """Where the step finds the director."""


class Tree:
    """A site of one attempt."""

    def __init__(self, assignment: Assignment, place: Place, cache: Cache, on_closed: Callable[[], object]) -> None:
        """Lay out files for an attempt."""
        folder, director_root, socket = place
        self.root = folder + director_root
        """The project root as the step sees it."""
        self.socket = socket
        """Where the step finds the director."""
        self.variables = {WORKSPACE: folder}
        """Tells the step that only its inputs are here."""
        self._folder = folder
        self._director_root = director_root
        self._assignment = assignment
        self._cache = cache
        self._on_closed = on_closed
        self._given: set[bytes] = set()
        """Contents that came from the director for this very attempt."""
        self._held: list[bytes] = []
        """Those of them that must not leave the cache."""
        self._linked: dict[str, tuple[bytes, FileHash]] = {}
        """Inputs that are links into the cache, by path."""
        self._fetching: tuple[Content, ...] = ()
        """Contents that are on their way here."""
        self._sending: tuple[Content, ...] = ()
        """Contents that are on their way to the director."""
        self._enclosed: dict[str, str] = {}
        """Absolute inputs that this machine has not, and where their copies are."""
        self._has_begun = False
        """What is enclosed was decided."""
        self._outputs: dict[str, None] = {}
        """Amended ones."""
        self._volatiles: dict[str, None] = dict.fromkeys(assignment.volatiles)
        """Declared and amended ones."""

    def at(self, path: str) -> str:
        """Return where a path of the project is in this tree; what is absolute and outside stays where it is."""
        if path in self._enclosed:
            return self._enclosed[path]
        absolute = posixpath.normpath(posixpath.join(self._director_root, path))
        if path.startswith("/") and not self._is_in_project(absolute):
            return path
        return self._folder + absolute

    def grant(self, directories: Sequence[str]) -> tuple[str, ...]:
        """Return where they are in this tree; what is named absolutely stays where it is."""
        here = tuple(self._folder + directory for directory in directories)
        for directory in here:
            os.makedirs(directory, exist_ok=True)
        return (*here, *directories)

    async def prepare(self) -> tuple[Observation, ...]:
        """Lay out the declared inputs."""
        os.makedirs(self.root, exist_ok=True)
        inputs = await self.add(self._assignment.inputs)
        self._has_begun = True
        return inputs

    @property
    def enclosure(self) -> tuple[str, ...]:
        """Words in front of the command which let it see absolute inputs that are not on this machine."""
        if not self._enclosed:
            return ()
        plan = f"{self._folder}/.enclosure"
        with open(plan, "w", encoding="utf-8") as file:
            json.dump(self._enclosed, file)
        return (sys.executable, "-I", "-S", enclosure.__file__, plan)

    async def amend(self, amendment: Amendment) -> None:
        """Make room for what the step will write, and bring what it will read; raises as `add`."""
        base = amendment.base or self._assignment.workdir
        for paths, known in ((amendment.outputs, self._outputs), (amendment.volatiles, self._volatiles)):
            for path in paths:
                joined = posixpath.normpath(posixpath.join(base, path))
                known[joined] = None
                self._make_parent(joined)
        await self.add(amendment.available)

    async def show(self, files: Sequence[Observation]) -> None:
        """Bring files that the step looks for, unless something is in their places already; raises as `add`."""
        here = [seen for seen in files if not self._is_absolute(seen.path) and not self._has(seen.path)]
        for seen in here:
            if seen.kind is PathKind.DIRECTORY:
                make_directory(self.at(seen.path))
        await self.add(here)

    def _has(self, path: str) -> bool:
        """Tell whether something is at a path already."""
        return os.path.lexists(self.at(path))

    async def add(self, files: Sequence[Observation]) -> tuple[Observation, ...]:
        """Lay out files with the contents and modes that they were observed to have; return them as they are here.

        Raises
        ------
        SiteRefused
            Some of them cannot be had.
        """
        here = {seen.path: seen for seen in map(self._find_absolute, files) if seen is not None}
        wanted = [seen for seen in files if seen.hash is not None and seen.path not in here]
        self._fetching = tuple(map(_content_of, wanted))
        arrivals = await asyncio.gather(*map(self._require, self._fetching), return_exceptions=True)
        self._fetching = ()
        failures = {
            seen.path: arrival
            for seen, arrival in zip(wanted, arrivals, strict=True)
            if isinstance(arrival, BaseException)
        }
        if failures:
            self._refuse(tuple(failures), list(failures.values()))
        laid_out = [
            self._lay_out(seen, arrival)
            for seen, arrival in zip(wanted, arrivals, strict=True)
            if not isinstance(arrival, BaseException)
        ]
        return (*laid_out, *here.values())

    def _refuse(self, missing: tuple[str, ...], failures: Sequence[BaseException]) -> None:
        """Say why inputs cannot be had."""
        unexpected = next((failure for failure in failures if not isinstance(failure, BlobMissing)), None)
        if unexpected is None:
            first = next(iter(missing))
            more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            raise SiteRefused(
                f"The input {first}{more} changed before the step could start: do not edit it during the build.",
                missing_inputs=missing,
            )
        if isinstance(unexpected, OSError) and not is_hindrance(unexpected):
            raise SiteRefused(f"The input {missing[0]} cannot be kept in {self._folder}: {unexpected.strerror}.")
        if isinstance(unexpected, StoreRefused):
            raise SiteRefused(f"The input {missing[0]} cannot be fetched: {unexpected}")
        raise unexpected

    async def _require(self, content: Content) -> bytes | None:
        """Return a small content; see to it that a large one is in the cache until this attempt is over."""
        data = None
        if content.size <= SMALL_BYTES_MAX:
            data = await self._cache.small(content)
        else:
            await self._cache.require(content)
            self._held.append(content.digest)
        self._given.add(content.digest)
        return data

    def _lay_out(self, seen: Observation, data: bytes | None) -> Observation:
        """Put a content in its place: these bytes, or what is in the cache."""
        if seen.hash is None:
            raise ValueError(f"{seen.path} has no content")
        self._make_parent(seen.path)
        source, mode = self._cache.path_of(seen.hash.digest), seen.hash.mode & _PERMISSIONS
        with (
            needing(self.at(seen.path), seen.hash.size),
            Root(self._folder) as tree,
            tree.parent(self._name_of(seen.path)) as place,
        ):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place[1], dir_fd=place[0])
            if data is not None:
                _write(data, place, mode)
            elif not _link(source, place, mode):
                _copy_large(source, place, mode)
            status = os.stat(place[1], dir_fd=place[0], follow_symlinks=False)
        here = FileHash(seen.hash.digest, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
        if status.st_nlink > 1:
            self._linked[seen.path] = (seen.hash.digest, here)
        return Observation(seen.path, PathKind.FILE, here)

    def _name_of(self, path: str) -> str:
        """Return a path of the project as it is beneath this tree."""
        return self.at(path).removeprefix(self._folder + "/")

    def _make_parent(self, path: str) -> None:
        """Make the directory of a file; a link that the step has put on the way is not followed."""
        try:
            with naming(self.at(path)), Root(self._folder) as tree:
                tree.make_directory(posixpath.dirname(self._name_of(path)))
        except UnsafePath as unsafe:
            raise SiteRefused(f"The file {path} cannot be here: {unsafe}. Remove the link.") from unsafe

    def _find_absolute(self, seen: Observation) -> Observation | None:
        """Return an absolute input that is on this machine as it should be; one that is not will be enclosed."""
        if not self._is_absolute(seen.path):
            return None
        here = look(seen.path) or hash_large(seen.path)
        if here.agrees_with(seen):
            return here
        if self._has_begun:
            raise SiteRefused(
                f"The input {seen.path} is not on this worker's machine with the content that it has on the director's,"
                " and cannot be brought to a step that is running: declare it with the step."
            )
        self._enclosed[seen.path] = f"{self._folder}/.absolute{posixpath.normpath(seen.path)}"
        return None

    async def finish(self, outcome: Outcome) -> Outcome:
        """Store what was made, and return what to tell."""
        for path, (digest, before) in self._linked.items():
            now = look(self.at(path), before)
            if now is None or now.hash != before:
                # The step wrote to a file of the cache: nobody may use that any more.
                self._cache.drop(digest)
        amended = [await self._look(path) for path in self._outputs]
        outputs = tuple(map(self._judge, (*outcome.outputs, *amended)))
        volatiles = map(self._judge, [await self._look(path) for path in self._volatiles])
        there = tuple(seen for seen in volatiles if seen.kind is PathKind.FILE)
        files = {_content_of(seen): self.at(seen.path) for seen in (*outputs, *there) if self._is_new(seen)}
        contents, rest = _divide(files)
        try:
            self._sending = tuple(file.content for file in rest)
            await self._cache.store(rest)
        except StoreRefused as refused:
            return replace(outcome, end=NotStarted(f"Its outputs could not be taken to the director: {refused}"))
        return replace(outcome, outputs=outputs, volatiles=there, contents=contents)

    def _judge(self, seen: Observation) -> Observation:
        """Accept regular files that are reached without links, and nothing else."""
        if seen.kind is not PathKind.FILE:
            return seen
        try:
            with Root(self._folder) as tree:
                os.close(tree.open_file(self.at(seen.path).removeprefix(self._folder + "/")))
        except UnsafePath:
            return Observation(seen.path, PathKind.SPECIAL, None)
        except OSError as error:
            if is_hindrance(error):
                raise
            return seen._replace(kind=PathKind.MISSING if seen.hash is None else seen.kind)
        return seen

    async def _look(self, path: str) -> Observation:
        on_disk = self.at(path)
        seen = look(on_disk)
        if seen is None:
            seen = await asyncio.get_running_loop().run_in_executor(None, hash_large, on_disk)
        return seen._replace(path=path)

    def _is_new(self, seen: Observation) -> bool:
        """Tell whether a file has a content that did not come from the director for this very attempt."""
        return seen.hash is not None and seen.hash.digest not in self._given

    def transfer(self, attempt: AttemptId) -> Transfer | None:
        """Return how far large files are that are on their way."""
        contents, count = (self._sending, self._cache.sent) if self._sending else (self._fetching, self._cache.arrived)
        total = sum(content.size for content in contents)
        if total < _LARGE_BYTES:
            return None
        return Transfer(attempt, bool(self._sending), len(contents), sum(map(count, contents)), total)

    def close(self) -> None:
        """Let go of what it used, and of its folder."""
        for digest in self._held:
            self._cache.release(digest)
        self._held.clear()
        self._on_closed()

    def _is_absolute(self, path: str) -> bool:
        return path.startswith("/") and not self._is_in_project(posixpath.normpath(path))

    def _is_in_project(self, absolute: str) -> bool:
        return absolute.startswith(self._director_root.rstrip("/") + "/")


def _content_of(seen: Observation) -> Content:
    if seen.hash is None:
        raise ValueError(f"{seen.path} has no content")
    return Content(seen.hash.digest, seen.hash.size)


def _divide(files: Mapping[Content, str]) -> tuple[tuple[bytes, ...], list[Stored]]:
    """Read the smallest files, as far as they may travel with the outcome; return them, and the rest."""
    contents: list[bytes] = []
    rest: list[Stored] = []
    left = WITH_OUTCOME_BYTES_MAX
    for content, path in sorted(files.items(), key=lambda pair: pair[0].size):
        left -= content.size
        if left < 0 or len(contents) == WITH_OUTCOME_COUNT_MAX:
            rest.append(Stored(content, path))
        else:
            contents.append(_read(path, content.size))
    return tuple(contents), rest


def _read(path: str, size: int) -> bytes:
    """Return the bytes of a file, not more than it had: somebody may still write to it."""
    with open(path, "rb", buffering=0) as file:
        return file.read(size)


_Place = tuple[int, str]
"""An open directory, and a name in it."""


def _create(place: _Place) -> int:
    """Make a new file that nobody else can read yet, and open it."""
    return os.open(place[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=place[0])


def _write(data: bytes, place: _Place, mode: int) -> None:
    """Make a file with a content and a mode."""
    with open(_create(place), "wb", buffering=0) as file:
        write_all(file.fileno(), data)
        os.fchmod(file.fileno(), mode)


def _link(source: str, place: _Place, mode: int) -> bool:
    """Make a hard link with a mode, if that leaves the modes of other links alone; return whether it was made."""
    status = os.stat(source)
    if stat.S_IMODE(status.st_mode) != mode:
        if status.st_nlink > 1:
            return False
        os.chmod(source, mode)
    os.link(source, place[1], dst_dir_fd=place[0])
    return True


def _copy_large(source: str, place: _Place, mode: int) -> None:
    """Copy a file with a mode."""
    with open(source, "rb") as original, open(_create(place), "wb") as copy:
        shutil.copyfileobj(original, copy, 1024 * 1024)
        os.fchmod(copy.fileno(), mode)
