"""Letting single workers leave: nothing more for them, back what has not begun, and away when the rest has ended."""

from __future__ import annotations

from collections.abc import Iterable

from .answers import WorkersDrained
from .desk import Desk
from .events import WorkerDrainRequested
from .ids import RequestId
from .records import Worker
from .refusals import InvalidArgument, NotNow, UnknownWorker, Unwelcome
from .states import Phase
from .workforce import Workforce

__all__ = ("Drains",)

ALL = "all"
"""The name that means all workers that are connected."""


class Drains:
    """Who was asked to leave, and who waits for that."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._workforce = workforce
        self._waiters: dict[RequestId, tuple[Worker, ...]] = {}

    def on_worker_drain_requested(self, event: WorkerDrainRequested) -> None:
        """Let workers leave; answer now, or when they have left."""
        if self._desk.phase is Phase.STOPPING:
            raise NotNow("The director is stopping.")
        if self._desk.settings.embedded:
            raise Unwelcome(
                "These workers belong to a `stepup build` and end with it: `stepup drain` drains the build."
            )
        chosen = self._choose(event.workers)
        for worker in chosen:
            self._workforce.drain(worker)
        if event.wait:
            self._waiters[event.request] = chosen
        else:
            self._answer(event.request, chosen)

    def on_request_abandoned(self, request: RequestId) -> None:
        """Forget a caller that went away."""
        self._waiters.pop(request, None)

    def advance(self) -> None:
        """Answer those who wait for workers that have left by now."""
        over = [id_ for id_, chosen in self._waiters.items() if not any(map(_is_there, chosen))]
        for request in over:
            self._answer(request, self._waiters.pop(request))

    def answer_all(self) -> None:
        """Let nobody wait for workers of a director that ends."""
        for request, chosen in self._waiters.items():
            self._answer(request, chosen)
        self._waiters.clear()

    def _answer(self, request: RequestId, chosen: tuple[Worker, ...]) -> None:
        self._desk.answer(request, WorkersDrained(tuple(worker.description.name for worker in chosen)))

    def _choose(self, names: Iterable[str]) -> tuple[Worker, ...]:
        """Return the workers that are meant, by index."""
        if not names:
            raise InvalidArgument("Say which worker, or `all`.")
        chosen = {worker.id: worker for name in names for worker in self._find(name)}
        return tuple(chosen[id_] for id_ in sorted(chosen))

    def _find(self, name: str) -> list[Worker]:
        """Return the workers of a name or number."""
        workers = self._workforce.workers.values()
        present = [worker for worker in workers if worker.connected]
        if name == ALL:
            return present
        found = [worker for worker in workers if worker.description.name == name]
        found = found or [worker for worker in workers if str(worker.id) == name]
        if not found:
            known = ", ".join(f"{worker.id} {worker.description.name}" for worker in present) or "none"
            raise UnknownWorker(f"There is no worker {name!r}. Connected: {known}.")
        return found


def _is_there(worker: Worker) -> bool:
    """Tell whether a worker has not left yet."""
    return worker.connected or bool(worker.holding)
