"""What a worker with a workspace of its own has besides: blobs on their way, files of attempts, a socket for steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from stepup_worker.core.values import Amendment, Assignment, AttemptId, Observation, Transfer
from stepup_worker.rpc.blobs import BlobClient
from stepup_worker.rpc.channel import Link
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.rpc.proxy import FetchFailed, Proxy
from stepup_worker.run.site import Site, SiteRefused
from stepup_worker.run.troubles import GivenUp, Troubles
from stepup_worker.workspace.workspace import Workspace

__all__ = ("RemoteSide",)


class RemoteSide:
    """Stands in for the project and the director where neither is on this machine."""

    def __init__(self, folder: str, cache_bytes_max: int, socket: str, troubles: Troubles) -> None:
        """Use a folder of this worker's own, and a socket for steps; what keeps these waiting is told as a trouble."""
        self._troubles = troubles
        self._socket = socket
        self._link = Link()
        self._workspace = Workspace(
            folder, BlobClient(self._link), socket=self._socket, cache_bytes_max=cache_bytes_max
        )
        troubles.relieve = self._workspace.make_room
        self._proxy = Proxy(self._link, self)

    @property
    def socket(self) -> str:
        """Where steps find the director."""
        return self._socket

    async def open(self) -> None:
        """Listen to steps."""
        await self._proxy.listen(self._socket)

    async def close(self) -> None:
        """Listen no more."""
        await self._proxy.close()
        await self._link.close()

    async def connect(self, endpoint: Endpoint) -> None:
        """Use a director from now on."""
        await self._link.use(endpoint)

    def learn_root(self, root: str) -> None:
        """Take note of where the project is on the director's host."""
        self._workspace.director_root = root

    def expect(self, assignment: Assignment) -> None:
        """Fetch what an attempt will need soon."""
        self._workspace.expect(assignment)

    def transfers(self) -> tuple[Transfer, ...]:
        """Return how far large files are that are on their way."""
        return self._workspace.transfers()

    def site_for(self, attempt: AttemptId, assignment: Assignment) -> Site:
        """Return the files of an attempt."""
        return self._workspace.site_for(attempt, assignment)

    async def amended(self, attempt: AttemptId, amendment: Amendment) -> None:
        """Bring what a step has added to its inputs; one that is over needs nothing more."""
        tree = self._workspace.tree_of(attempt)
        if tree is not None:
            await self._bring(attempt, lambda: tree.amend(amendment))

    async def located(self, attempt: AttemptId, files: Sequence[Observation]) -> None:
        """Bring what a step has found; one that is over needs nothing more."""
        tree = self._workspace.tree_of(attempt)
        if tree is not None:
            await self._bring(attempt, lambda: tree.show(files))

    async def _bring(self, attempt: AttemptId, work: Callable[[], Awaitable[None]]) -> None:
        """Let the step wait for a file as long as the machine has no room for it, or hear why it cannot have it."""
        try:
            await self._troubles.overcome(attempt, work, lambda: self._workspace.tree_of(attempt) is not None)
        except SiteRefused as refused:
            raise FetchFailed(refused.reason) from refused
        except GivenUp as reason:
            raise FetchFailed(str(reason)) from reason
        except OSError as error:
            raise FetchFailed(f"{error.filename} cannot be written: {error.strerror}.") from error
