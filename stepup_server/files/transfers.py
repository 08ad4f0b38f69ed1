"""The store of contents behind the port `Blobs`: all that reads, hashes, packs or writes is done in threads.

Whoever moves contents waits for one piece while the next one is being worked on, and holds no more than those two.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from stepup_server.core.values import Observation
from stepup_server.engine.blobs import Arrived, BlobFault, BlobRefused, Content, Found, Parcel
from stepup_shared.hindrance import explain
from stepup_shared.malloc import keep_large_blocks
from stepup_shared.packing import PackingFailed, Unpacker, pack_if_it_pays, packer, unpack
from stepup_shared.threads import started_pool

from .arrival import Arrival, BlobCorrupt, BlobTooLarge
from .blobs import PIECE_BYTES, BlobStore, Opened

__all__ = ("ProjectBlobs",)

THREADS = 2
UPLOADS_MAX = 256
"""How many uploads may be unfinished at a time."""
IDLE_S = 3600.0
"""An upload that nobody has touched for so long counts as given up."""

_Result = TypeVar("_Result")


class ProjectBlobs:
    """The contents of one project, for whoever has a loop."""

    def __init__(self, store: BlobStore) -> None:
        self.store = store
        self._pool: ThreadPoolExecutor | None = None
        """Made when it is needed: most projects have no contents that travel."""
        self._uploads: dict[tuple[str, Content, bool], _Incoming] = {}
        """Those that are not finished."""

    def close(self) -> None:
        """End the threads after what they are doing."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def offer(self, files: Iterable[Observation]) -> None:
        """Note files that had a content when somebody looked."""
        self.store.offer((seen.path, seen.hash.digest) for seen in files if seen.hash is not None)

    def take(self, contents: Iterable[bytes]) -> None:
        """Take small contents that came with results; one for which there is no room will be missed later."""
        for data in contents:
            with contextlib.suppress(OSError):
                self.store.take(data)

    async def missing(self, contents: Sequence[Content]) -> list[Content]:
        """Return those that are not here."""
        return await self._run(lambda: self.store.missing(contents))

    async def read_many(self, contents: Sequence[Content], *, may_compress: bool) -> list[Found | BlobRefused]:
        """Return small contents, verified, compressed where that pays; or why one cannot be had."""
        return await self._run(lambda: [_read(self.store, content, may_compress=may_compress) for content in contents])

    async def store_many(self, parcels: Sequence[Parcel]) -> list[BlobRefused | None]:
        """Store small contents that are not here; tell for each why it cannot be stored, if so."""
        return await self._run(lambda: [_store(self.store, parcel) for parcel in parcels])

    async def pieces(self, content: Content, offset: int, limit: int, *, compressed: bool) -> AsyncIterator[bytes]:
        """Yield a content in pieces; the last one comes when the whole has been verified."""
        with _refusing(content):
            reading = await self._run(lambda: _Reading(self.store, content, offset, limit, compressed=compressed))
        following = self.start(reading.take)
        try:
            while True:
                with _refusing(content):
                    piece = await asyncio.wrap_future(following)
                if not piece:
                    return
                following = self.start(reading.take)
                yield piece
        finally:
            # Not before the thread that may still be reading has done so.
            following.add_done_callback(lambda _: reading.close())

    async def begin(self, name: str, content: Content, *, compressed: bool) -> _Upload | None:
        """Begin an upload or go on with one; the name is the writer's. None: the content is here."""
        if await self._run(lambda: self.store.has(content)):
            return None
        key = (name, content, compressed)
        upload = self._uploads.get(key)
        if upload is None:
            self._forget_idle()
            if len(self._uploads) >= UPLOADS_MAX:
                text = f"{UPLOADS_MAX} uploads are unfinished; finish one of them first."
                raise BlobRefused(BlobFault.TOO_MUCH, text)
            promised = sum(other.arrival.lacking for other in self._uploads.values())
            arrival = await self._run(lambda: _begin(self.store, name, content, promised, compressed=compressed))
            upload = self._uploads[key] = _Incoming(self, key, arrival)
        return _Upload(upload)

    async def arrived(self, name: str, content: Content, *, compressed: bool) -> Arrived:
        """Tell how far an upload has come."""
        key = (name, content, compressed)
        upload = self._uploads.get(key)
        if upload is not None:
            await _to_its_end(upload.settle_quietly())
            # It may have been finished meanwhile by a call whose answer nobody has heard.
            if key in self._uploads:
                return Arrived(upload.arrived, is_complete=False)
        if await self._run(lambda: self.store.has(content)):
            return Arrived(-1 if compressed else content.size, is_complete=True)
        # What had been unpacked is no help to a director that does not know how far the packed stream had come.
        size = None if compressed else await self._run(lambda: self.store.arrived(name, content))
        if size is None:
            raise BlobRefused(BlobFault.MISSING, f"Nobody has begun the upload {name}.")
        return Arrived(size, is_complete=False)

    def forget(self, key: tuple[str, Content, bool]) -> None:
        """Forget an upload that is finished or cannot be."""
        self._uploads.pop(key, None)

    def _forget_idle(self) -> None:
        """Forget uploads that were given up."""
        before = time.monotonic() - IDLE_S
        for key, upload in [*self._uploads.items()]:
            if upload.touched_at < before and not upload.is_busy:
                del self._uploads[key]

    def start(self, work: Callable[[], _Result]) -> Future[_Result]:
        """Begin something in a thread."""
        if self._pool is None:
            try:
                self._pool = started_pool(THREADS, "blobs")
            except OSError as error:
                raise BlobRefused(BlobFault.UNREACHABLE, explain(error, place="The director")) from error
            keep_large_blocks()
        return self._pool.submit(work)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        """Do something in a thread."""
        return await asyncio.wrap_future(self.start(work))


class _Upload:
    """One call that brings a content; implements the port `Upload`."""

    def __init__(self, incoming: _Incoming) -> None:
        self._incoming = incoming
        incoming.writer = self

    @property
    def arrived(self) -> int:
        """Bytes, as they travel, that have arrived."""
        return self._incoming.arrived

    async def restart(self) -> None:
        """Forget what has arrived."""
        await _to_its_end(self._incoming.restart(self))

    async def append(self, offset: int, data: bytes) -> None:
        """Take the next bytes, which must follow what has arrived; may return before they are written."""
        await _to_its_end(self._incoming.append(self, offset, data))

    async def finish(self) -> None:
        """Verify the whole and make it visible."""
        await _to_its_end(self._incoming.finish(self))

    async def pause(self) -> None:
        """Let go of it; what has arrived waits for another try."""
        await _to_its_end(self._incoming.pause(self))


class _Incoming:
    """One content that is arriving, whatever calls bring it.

    What has begun comes to its end, also when the call that wanted it is broken off: the next one waits for that.
    A call that is broken off without a word may still have pieces on their way when the next one goes on.
    """

    def __init__(self, blobs: ProjectBlobs, key: tuple[str, Content, bool], arrival: Arrival) -> None:
        self._blobs = blobs
        self._key = key
        _, self._content, self._is_compressed = key
        self.arrival = arrival
        self.arrived = 0 if self._is_compressed else arrival.size
        """Bytes, as they travel, that have arrived."""
        self.touched_at = time.monotonic()
        """When something last arrived."""
        self._unpacker: Unpacker | None = None
        self._writing: Future[None] | None = None
        """The last piece, on its way to the disk."""
        self._lock = asyncio.Lock()
        self.writer: _Upload | None = None
        """The newest call; older ones are refused."""

    @property
    def is_busy(self) -> bool:
        """Tell whether somebody is sending."""
        return self._lock.locked() or self._writing is not None

    async def restart(self, writer: _Upload) -> None:
        """Forget what has arrived."""
        async with self._lock:
            self._require_newest(writer)
            with contextlib.suppress(BlobRefused):
                await self._settle()
            await self._discard()

    async def append(self, writer: _Upload, offset: int, data: bytes) -> None:
        """Begin to write the next bytes, which must follow what has arrived."""
        async with self._lock:
            self._require_newest(writer)
            await self._settle()
            if offset != self.arrived:
                text = f"A piece begins at byte {offset}, but {self.arrived} bytes have arrived: go on there."
                raise BlobRefused(BlobFault.OUT_OF_PLACE, text)
            self.touched_at = time.monotonic()
            self._writing = self._blobs.start(lambda: self._take(data))
            self.arrived += len(data)

    def _take(self, data: bytes) -> None:
        """Write a piece; called in a thread."""
        if not self._is_compressed:
            self.arrival.write(data)
            return
        if self._unpacker is None:
            self._unpacker = Unpacker(self.arrival)
        self._unpacker.feed(data)

    async def finish(self, writer: _Upload) -> None:
        """Verify the whole and make it visible."""
        async with self._lock:
            self._require_newest(writer)
            await self._settle()
            finish = self._blobs.start(lambda: self._blobs.store.finish(self.arrival, self._content))
            await self._await_or_break(finish)
            self._blobs.forget(self._key)

    async def pause(self, writer: _Upload) -> None:
        """Let go of the file, unless somebody else goes on with it."""
        async with self._lock:
            if writer is self.writer:
                with contextlib.suppress(BlobRefused):
                    await self._settle()
                self.arrival.close()

    async def settle_quietly(self) -> None:
        """Wait until what has arrived is written; if it cannot be, it has not arrived."""
        async with self._lock:
            with contextlib.suppress(BlobRefused):
                await self._settle()

    def _require_newest(self, writer: _Upload) -> None:
        if writer is not self.writer:
            raise BlobRefused(BlobFault.OUT_OF_PLACE, "A newer call goes on with this upload.")

    async def _settle(self) -> None:
        """Wait until the last piece is written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await self._await_or_break(writing)

    async def _await_or_break(self, work: Future[None]) -> None:
        """Wait for a thread; what it cannot do ends the upload, or takes it back to what is written."""
        try:
            await asyncio.wrap_future(work)
        except OSError as error:
            refusal = _refusal(self._blobs.store.explain(error, self._content.size), self._content)
            if self._is_compressed:
                await self._discard()
            self.arrived = self.arrival.size
            raise refusal from error
        except Exception as error:
            await self._discard()
            raise _refusal(error, self._content) from error

    async def _discard(self) -> None:
        """Begin at nothing."""
        self._unpacker = None
        self.arrived = 0
        await asyncio.wrap_future(self._blobs.start(self.arrival.discard))


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Do something that goes on if nobody waits for it any more."""
    task = asyncio.get_running_loop().create_task(work)
    # Whoever goes on with the upload hears what has become of it.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.shield(task)


class _Reading:
    """A content that is being sent; used by one thread at a time."""

    def __init__(self, store: BlobStore, content: Content, offset: int, limit: int, *, compressed: bool) -> None:
        self._store = store
        self._content = content
        opened = store.open(content)
        if opened is None:
            raise _missing(content)
        self._opened: Opened = opened
        self._hasher = hashlib.sha256()
        self._at = 0
        self._end = min(content.size, offset + limit) if limit else content.size
        self._is_whole = self._end == content.size
        """Only the whole can be verified; who asks for a part of it verifies it by itself."""
        self._packer = None
        if compressed:
            self._packer = packer(content.size - offset)
        self._skip(offset)

    def take(self) -> bytes:
        """Return the next piece; empty at the end."""
        while self._at < self._end:
            data = self._read(min(PIECE_BYTES, self._end - self._at))
            packed = data if self._packer is None else self._packer.compress(data)
            if packed:
                return packed
        last, self._packer = self._packer, None
        return b"" if last is None else last.flush()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._opened.fd)

    def _skip(self, offset: int) -> None:
        """Go to where the reader wants to begin; what stands before must be right as well."""
        while self._at < offset:
            self._read(min(PIECE_BYTES, offset - self._at))

    def _read(self, size: int) -> bytes:
        """Read some bytes, the last ones only if all of them are right."""
        data = os.read(self._opened.fd, size)
        self._hasher.update(data)
        self._at += len(data)
        is_done = self._is_whole and self._at == self._content.size
        if not data or (is_done and self._hasher.digest() != self._content.digest):
            self._store.drop(self._content, self._opened.path)
            raise BlobRefused(
                BlobFault.CHANGED, f"{_name_of(self._content)} has changed while it was being sent, and is forgotten."
            )
        return data


def _begin(store: BlobStore, name: str, content: Content, promised: int, *, compressed: bool) -> Arrival:
    """Begin an upload for which there is room, or go on with it."""
    try:
        arrival = store.begin(name, content)
        if compressed:
            arrival.discard()
        store.require_room(arrival.lacking, promised)
    except OSError as error:
        raise _refusal(store.explain(error, content.size), content) from error
    arrival.close()
    return arrival


def _read(store: BlobStore, content: Content, *, may_compress: bool) -> Found | BlobRefused:
    """Read a small content."""
    try:
        data = store.read(content)
    except OSError as error:
        return _refusal(error, content)
    if data is None:
        return _missing(content)
    if may_compress:
        packed = pack_if_it_pays(data)
        if packed is not None:
            return Found(packed, is_compressed=True)
    return Found(data, is_compressed=False)


def _store(store: BlobStore, parcel: Parcel) -> BlobRefused | None:
    """Store a small content."""
    content, data, is_compressed = parcel
    try:
        if is_compressed:
            data = unpack(data, content.size)
        store.require_room(content.size)
        store.put(content, data)
    except Exception as error:  # noqa: BLE001 -- `_refusal` raises again what it does not know
        return _refusal(error, content)
    return None


def _refusal(error: Exception, content: Content) -> BlobRefused:
    """Say why a content cannot be given or taken; what is our bug is raised again."""
    name = _name_of(content)
    match error:
        case BlobCorrupt():
            return BlobRefused(BlobFault.CORRUPT, f"What came is not {name}; nothing of it is kept.")
        case BlobTooLarge():
            return BlobRefused(BlobFault.CORRUPT, f"More bytes came than {name} has; nothing of it is kept.")
        case OSError(errno=number) if number in {errno.ENOSPC, errno.EDQUOT}:
            return BlobRefused(BlobFault.TOO_MUCH, str(error.strerror))
        case OSError():
            return BlobRefused(BlobFault.UNREACHABLE, f"{name} cannot be read or written: {error}")
        case PackingFailed():
            return BlobRefused(BlobFault.CORRUPT, f"What came for {name} cannot be unpacked: {error}.")
        case _:
            raise error


@contextlib.contextmanager
def _refusing(content: Content) -> Generator[None]:
    """Say that the disk refuses."""
    try:
        yield
    except OSError as error:
        raise _refusal(error, content) from error


def _missing(content: Content) -> BlobRefused:
    return BlobRefused(BlobFault.MISSING, f"{_name_of(content)} is not here.")


def _name_of(content: Content) -> str:
    """Name a content for people."""
    return f"Content {content.digest.hex()[:16]}.. of {content.size} bytes"
