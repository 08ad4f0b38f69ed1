"""The project's files behind the `Disk` port: a few looks in the loop, all that reads in two threads."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from functools import partial
from typing import TypeVar

from stepup_server.core.values import FileHash, GlobMatch, GlobQuery, Observation, PathKind, Published, Removed
from stepup_server.engine.ports import DiskFailed
from stepup_shared.beneath import UnsafePath
from stepup_shared.granted import Granted
from stepup_shared.hindrance import explain, is_hindrance
from stepup_shared.late_files import PAUSES_S, refresh
from stepup_shared.threads import started_pool

from .blobs import BlobStore
from .expand import expand_queries
from .look import compare_path, hash_path, hash_product, inspect_path, wait_out_tick
from .publish import publish_files
from .remove import remove_files

__all__ = ("ProjectDisk",)

THREADS = 2
"""Hashing gains nothing from more on the machines where a director runs beside its workers."""
INLINE_MAX = 8
"""A look costs 2 us, a change of threads 50 us: so many looks are done where they are asked for."""
SHARE_MIN = 32
"""So many files go to a thread at once, at least."""

_Asked = TypeVar("_Asked")


class ProjectDisk:
    """The files below one root. The current directory plays no part."""

    def __init__(
        self,
        root: str,
        settle: Callable[[int], None] = wait_out_tick,
        *,
        blobs: BlobStore | None = None,
        allowed: Sequence[str] = (),
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Look at a project; `allowed` are further directories in which outputs may lie."""
        self._blobs = BlobStore(root) if blobs is None else blobs
        self._allowed = tuple(allowed)
        self._root = os.path.abspath(root)
        self._prefix = self._root.rstrip("/") + "/"
        self._settle = settle
        self._pause = pause
        self._is_patient = True
        self._pool = started_pool(THREADS, "disk")

    def give_up(self) -> None:
        """From now on, take what the machine keeps us from for what cannot be read or written."""
        self._is_patient = False

    async def inspect(self, paths: Sequence[str]) -> tuple[Observation, ...]:
        """Look what is there, without reading; hashes are None."""
        with _told():
            if len(paths) <= INLINE_MAX:
                return tuple(self._inspect_share(paths))
            return await self._spread(self._inspect_share, paths)

    async def compare(self, files: Sequence[tuple[str, FileHash | None]]) -> tuple[Observation, ...]:
        """Look whether files have the stamps of these hashes, without reading: the known hash is returned, or None."""
        with _told():
            if len(files) <= INLINE_MAX:
                return tuple(self._compare_share(files))
            return await self._spread(self._compare_share, files)

    async def hash(
        self, files: Sequence[tuple[str, FileHash | None]], products: int = 0, *, late: bool = False
    ) -> tuple[Observation, ...]:
        """Hash files, except those whose stamps are those of the known hash, which is then returned.

        The first so many are products: a link is not followed, whether it is one of them or on the way.
        Those that come late, because another host has made them, are waited for.
        """
        if late:
            await self._wait_for([self._on_disk(path) for path, _ in files[:products]])
        with _told():
            made = await self._spread(self._hash_products, files[:products]) if products else ()
            return (*made, *await self._spread(self._hash_share, files[products:]))

    async def expand(self, queries: Sequence[GlobQuery]) -> tuple[tuple[GlobMatch, ...], ...]:
        """Expand patterns; each result is sorted by path."""
        with _told():
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._expand, queries)

    async def remove(self, files: Sequence[tuple[str, FileHash | None]]) -> Removed:
        """Remove files that still have the given hash (None: in any case), and directories left empty."""
        with _told():
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._remove, files)

    async def publish(self, files: Sequence[tuple[str, FileHash]], inputs: Sequence[tuple[str, FileHash]]) -> Published:
        """Put files whose content is stored as blobs in their places, with their modes, unless inputs have changed."""
        with _told():
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._publish, files, inputs)

    async def forget_blobs(self) -> None:
        """Remove blobs that were stored until now."""
        before = time.time()
        await asyncio.get_running_loop().run_in_executor(self._pool, self._blobs.forget_older, before)

    async def make_directories(self, paths: Sequence[str]) -> None:
        """Create directories with their parents; who needs one that cannot be made will say so."""
        with contextlib.suppress(OSError), Granted(self._root, self._allowed) as granted:
            for path in paths:
                with contextlib.suppress(OSError, UnsafePath):
                    granted.make_directory(path)

    def close(self) -> None:
        """End the threads after what they are doing."""
        self._pool.shutdown(cancel_futures=True)

    async def _wait_for(self, paths: Sequence[str]) -> None:
        """Wait until files are to be seen here, a bounded time."""
        for pause_s in PAUSES_S:
            missing = _missing(paths)
            if not missing:
                return
            await self._pause(pause_s)
            for path in missing:
                refresh(path)

    async def _spread(
        self, look: Callable[[Sequence[_Asked]], list[Observation]], asked: Sequence[_Asked]
    ) -> tuple[Observation, ...]:
        """Share work among the threads and put the answers together in the order of the question."""
        loop = asyncio.get_running_loop()
        share = max(SHARE_MIN, len(asked) // (4 * THREADS))
        shares = [asked[start : start + share] for start in range(0, len(asked), share)]
        futures = [loop.run_in_executor(self._pool, look, part) for part in shares]
        seen: list[Observation] = []
        for future in futures:
            seen += await future
        return tuple(seen)

    def _expand(self, queries: Sequence[GlobQuery]) -> tuple[tuple[GlobMatch, ...], ...]:
        """Expand patterns."""
        try:
            return expand_queries(self._root, queries)
        except OSError:
            if self._is_patient:
                raise
            return tuple(() for _ in queries)

    def _remove(self, files: Sequence[tuple[str, FileHash | None]]) -> Removed:
        """Remove products; those that cannot be compared with what is known of them stay."""
        try:
            return remove_files(self._root, files, allowed=self._allowed)
        except OSError:
            if self._is_patient:
                raise
            return Removed((), tuple(Observation(path, PathKind.UNREADABLE, None) for path, _ in files))

    def _publish(self, files: Sequence[tuple[str, FileHash]], inputs: Sequence[tuple[str, FileHash]]) -> Published:
        """Look at inputs, and put files in their places if the inputs are as they were."""
        seen = zip(self._hash_share(inputs), inputs, strict=True)
        changed = tuple(now for now, (_, then) in seen if not then.same_content(now.hash))
        if changed:
            return Published(changed=changed)
        return publish_files(self._blobs, files, self._allowed, is_patient=self._is_patient)

    def _look(self, look: Callable[..., Observation], path: str, *more: object) -> Observation:
        """Look at a path, for the last time if nobody wants to wait."""
        try:
            return look(path, *more)
        except OSError as error:
            if not self._is_patient:
                return Observation(path, PathKind.UNREADABLE, None)
            error.filename = error.filename or path
            raise

    def _inspect_share(self, paths: Sequence[str]) -> list[Observation]:
        """Look at some paths."""
        return [self._look(inspect_path, path, self._on_disk(path)) for path in paths]

    def _compare_share(self, files: Sequence[tuple[str, FileHash | None]]) -> list[Observation]:
        """Compare the stamps of some files."""
        return [self._look(compare_path, path, self._on_disk(path), known) for path, known in files]

    def _hash_share(self, files: Sequence[tuple[str, FileHash | None]]) -> list[Observation]:
        """Hash some files."""
        return [self._look(hash_path, path, self._on_disk(path), known, self._settle) for path, known in files]

    def _hash_products(self, files: Sequence[tuple[str, FileHash | None]]) -> list[Observation]:
        """Hash some products."""
        with Granted(self._root, self._allowed) as granted:
            look = partial(hash_product, granted)
            return [self._look(look, path, self._on_disk(path), known, self._settle) for path, known in files]

    def _on_disk(self, path: str) -> str:
        """Return a path which does not depend on the current directory."""
        return path if path.startswith("/") else self._prefix + path


def _missing(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if not os.path.lexists(path)]


@contextlib.contextmanager
def _told() -> Generator[None]:
    """Say what the machine keeps us from; all else is raised as it is."""
    try:
        yield
    except OSError as error:
        if not is_hindrance(error):
            raise
        raise DiskFailed(explain(error)) from error
