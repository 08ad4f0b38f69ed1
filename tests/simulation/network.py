"""What lies between the programs: streams that break half-way, calls whose request or answer gets lost.

Order within a stream is kept, as TCP keeps it; everything else is up to chance.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from stepup_server.core import events as ev
from stepup_server.core.commands import Value
from stepup_server.core.ids import RequestId, StreamId, WorkerId
from stepup_server.core.refusals import Refusal

from .host import GONE, DirectorHost

__all__ = ("Call", "Link")


@dataclass(slots=True, eq=False)
class Link:
    """One stream between a worker and a director."""

    name: str
    """Of the worker."""
    stream: StreamId
    """Its number."""
    up: deque[bytes] = field(default_factory=deque)
    """Statements on their way."""
    down: deque[bytes] = field(default_factory=deque)
    """Orders on their way."""
    is_broken: bool = False
    """Nothing gets into it any more; what is in it may still come out."""
    is_asked: bool = False
    """The director has read the first statement."""
    worker: WorkerId | None = None
    """Known when the director has taken the worker in."""
    is_closed_above: bool = False
    """The director knows that it has ended."""
    is_closed_below: bool = False
    """The worker knows that it has ended."""

    def tear(self, rng: random.Random) -> None:
        """Break it; the tail of what was on its way is lost."""
        self.is_broken = True
        for queue in (self.up, self.down):
            for _ in range(rng.randint(0, len(queue))):
                queue.pop()

    def end(self) -> None:
        """Break it and lose nothing: one side has hung up."""
        self.is_broken = True


@dataclass(slots=True, eq=False)
class Call:
    """A call of a running step, which is repeated until it is answered."""

    make_event: Callable[[RequestId], ev.Event]
    spoke_to: int = 0
    """The generation of the director that has heard it last; 0: none."""
    request: RequestId | None = None
    """While the director has it."""
    answer: Value | Refusal | None = None
    is_answered: bool = False
    """The answer is on its way back."""

    def arrive(self, host: DirectorHost) -> None:
        """Come to the director."""
        self.spoke_to = host.generation
        self.request = host.ask(self.make_event, self._take)

    def _take(self, value: Value | Refusal) -> None:
        if value is GONE:
            self.lose()
        else:
            self.answer, self.is_answered, self.request = value, True, None

    def lose(self) -> None:
        """Lose the answer, or the request: the caller will try again."""
        self.request, self.answer, self.is_answered = None, None, False

    def cut(self, host: DirectorHost) -> None:
        """Break the connection of the caller."""
        if self.request is not None:
            host.abandon(self.request)
        self.lose()
