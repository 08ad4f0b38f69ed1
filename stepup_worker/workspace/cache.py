"""Contents that were fetched, by digest, so that they need not travel again.

Small ones are in memory. A file in the cache is never written again: what is used in a tree is a hard link, whose
stamps tell when a step has written to it all the same, or a copy. Least recently used contents go first when there is
no room.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections import OrderedDict
from collections.abc import Sequence

from stepup_shared.hindrance import needing
from stepup_worker.core.contents import Content, Depot, Stored
from stepup_worker.run.files import hash_large

from .shelf import SHELF_BYTES_MAX, SMALL_BYTES_MAX, Shelf

__all__ = ("Cache",)


class Cache:
    """The contents in one folder."""

    def __init__(self, folder: str, bytes_max: int, depot: Depot) -> None:
        """Take up what is there; `bytes_max` is how much may be kept between attempts."""
        self._folder = folder
        self._bytes_max = bytes_max
        self._depot = depot
        self._sizes: OrderedDict[bytes, int] = OrderedDict()
        """Bytes by digest, least recently used first."""
        self._shelf = Shelf(min(SHELF_BYTES_MAX, bytes_max))
        self._bytes = 0
        self._unverified: set[bytes] = set()
        """What an earlier worker has left, and nobody has read since."""
        self._arriving: dict[bytes, asyncio.Task[bytes | None]] = {}
        """Small contents come as they are, large ones as files."""
        self._numbers = itertools.count()
        """Tell files apart that are on their way."""
        self._used: dict[bytes, int] = {}
        """How many attempts need a content right now."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._take_up()

    def path_of(self, digest: bytes) -> str:
        """Return where a content lies, or would lie."""
        return f"{self._folder}/{digest.hex()}"

    async def small(self, content: Content) -> bytes:
        """Return a content of at most `SMALL_BYTES_MAX` bytes, fetched if need be.

        Raises
        ------
        BlobMissing
            It is not to be had.
        """
        data = self._shelf.get(content.digest)
        if data is None:
            data = await self._arrive(content)
        return data or b""

    async def require(self, content: Content) -> str:
        """Return the path of a content, fetched if need be; it stays until `release`.

        Raises
        ------
        BlobMissing
            It is not to be had.
        """
        self._used[content.digest] = self._used.get(content.digest, 0) + 1
        try:
            if content.digest in self._unverified:
                await self._verify(content)
            if content.digest not in self._sizes:
                await self._arrive(content)
            self._sizes.move_to_end(content.digest)
        except BaseException:
            self.release(content.digest)
            raise
        return self.path_of(content.digest)

    async def _verify(self, content: Content) -> None:
        """Read what an earlier worker has left, and drop it if it is something else by now."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(None, hash_large, self.path_of(content.digest))
        self._unverified.discard(content.digest)
        if found.hash is None or found.hash.digest != content.digest:
            self.drop(content.digest)

    def arrived(self, content: Content) -> int:
        """Return how many bytes of a content are here."""
        return content.size if content.digest in self._sizes else self._depot.moved(content)

    def sent(self, content: Content) -> int:
        """Return how many bytes of a content have gone to the director."""
        return self._depot.moved(content)

    def expect(self, content: Content) -> None:
        """Fetch a content that will be needed soon; whoever needs it hears what goes wrong."""
        if content.digest not in self._sizes and self._shelf.get(content.digest) is None:
            self._arrival(content).add_done_callback(_forget_failure)

    def release(self, digest: bytes) -> None:
        """Let go of a content; it comes no further if nobody else needs it."""
        self._used[digest] -= 1
        if not self._used[digest]:
            del self._used[digest]
            arrival = self._arriving.pop(digest, None)
            if arrival is not None:
                arrival.cancel()
        self._make_room()

    def drop(self, digest: bytes) -> None:
        """Forget a content whose file is not what it was."""
        self._bytes -= self._sizes.pop(digest, 0)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path_of(digest))

    def drop_half(self) -> bool:
        """Forget the less recently used half of what nobody needs now; return whether there was anything."""
        unused = [digest for digest in self._sizes if digest not in self._used]
        wanted = sum(self._sizes[digest] for digest in unused) / 2
        for digest in unused:
            if wanted <= 0:
                break
            wanted -= self._sizes[digest]
            self.drop(digest)
        return bool(unused)

    async def store(self, files: Sequence[Stored]) -> None:
        """Let the director have contents that it lacks; raises `StoreRefused` when it does not take one."""
        if files:
            await self._depot.store(files)

    async def _arrive(self, content: Content) -> bytes | None:
        """Wait for a content that somebody needs now; that others need it stays as it is."""
        arrival = asyncio.shield(self._arrival(content))
        # The fetching begins in the next turn.
        asyncio.get_running_loop().call_soon(self._depot.hurry)
        return await arrival

    def _arrival(self, content: Content) -> asyncio.Task[bytes | None]:
        """Return the fetching of a content, begun if it has not been."""
        arrival = self._arriving.get(content.digest)
        if arrival is None:
            arrival = asyncio.get_running_loop().create_task(self._fetch(content))
            self._arriving[content.digest] = arrival
            arrival.add_done_callback(lambda arrival: self._forget_arrival(content.digest, arrival))
        return arrival

    def _forget_arrival(self, digest: bytes, arrival: asyncio.Task[bytes | None]) -> None:
        """Forget a fetching that is over, unless another one has begun."""
        if self._arriving.get(digest) is arrival:
            del self._arriving[digest]

    async def _fetch(self, content: Content) -> bytes | None:
        if content.size <= SMALL_BYTES_MAX:
            data = await self._depot.read(content)
            self._shelf.put(content.digest, data)
            return data
        path = self.path_of(content.digest)
        temporary = f"{path}.{next(self._numbers)}"
        with needing(self._folder, content.size):
            await self._depot.fetch(content, temporary)
        os.rename(temporary, path)
        self._note(content)
        return None

    def _note(self, content: Content) -> None:
        self._sizes[content.digest] = content.size
        self._bytes += content.size
        self._make_room()

    def _make_room(self) -> None:
        """Remove what nobody needs now, least recently used first, until the rest fits."""
        if self._bytes <= self._bytes_max:
            return
        for digest in [digest for digest in self._sizes if digest not in self._used]:
            self.drop(digest)
            if self._bytes <= self._bytes_max:
                return

    def _take_up(self) -> None:
        """Note what an earlier worker has left, oldest first; what had not arrived as a whole is removed."""
        entries = sorted(os.scandir(self._folder), key=lambda entry: entry.stat().st_mtime_ns)
        for entry in entries:
            if len(entry.name) == _NAME_CHARS:
                self._sizes[bytes.fromhex(entry.name)] = entry.stat().st_size
                self._unverified.add(bytes.fromhex(entry.name))
                self._bytes += entry.stat().st_size
            else:
                os.unlink(entry.path)
        self._make_room()


_NAME_CHARS = 64


def _forget_failure(arrival: asyncio.Task[bytes | None]) -> None:
    """Take note of a failure, so that nobody complains that nobody did."""
    if not arrival.cancelled():
        arrival.exception()
