"""Who watches what running steps write. The workers are told whom to send it to; none of it passes through here."""

from __future__ import annotations

from .answers import FollowTicket
from .commands import EndFollow
from .desk import Desk
from .events import FollowEnded, FollowRequested
from .finding import find_step
from .ids import NodeId
from .records import Attempt
from .refusals import LimitExceeded
from .workforce import Workforce

__all__ = ("FOLLOWS_MAX", "Following", "end_follows")

FOLLOWS_MAX = 64
"""How many may watch at a time."""


class Following:
    """Keeps who watches what, as long as it goes on."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._workforce = workforce
        self._steps: dict[int, NodeId] = {}
        """Which step is watched by whom."""

    def on_follow_requested(self, event: FollowRequested) -> None:
        """Let somebody watch a step, if it runs."""
        step = find_step(self._desk.graph, event.name)
        attempt = step.attempt
        is_running = attempt is not None and not attempt.ended
        if attempt is not None and is_running:
            self._forget_ended()
            if len(self._steps) >= FOLLOWS_MAX:
                raise LimitExceeded(f"{FOLLOWS_MAX} others follow the output of steps already. Try again later.")
            self._steps[event.follow] = step.id
            attempt.follows[event.follow] = None
            self._workforce.workers[attempt.worker].changed = True
        ticket = FollowTicket(step.id, step.label, step.attempt_number, is_running)
        self._desk.answer(event.request, ticket)

    def _forget_ended(self) -> None:
        """Forget those whose attempts are over."""
        graph = self._desk.graph
        for follow, id_ in list(self._steps.items()):
            step = graph.steps.get(id_)
            if step is None or step.attempt is None or follow not in step.attempt.follows:
                del self._steps[follow]

    def on_follow_ended(self, event: FollowEnded) -> None:
        """Let somebody go who has seen enough."""
        id_ = self._steps.pop(event.follow, None)
        step = self._desk.graph.steps.get(id_) if id_ is not None else None
        attempt = step.attempt if step is not None else None
        if attempt is not None and event.follow in attempt.follows:
            del attempt.follows[event.follow]
            self._workforce.workers[attempt.worker].changed = True


def end_follows(desk: Desk, attempt: Attempt) -> None:
    """Tell all who watch an attempt that it is over."""
    desk.deadlines.cancel(attempt.id)
    for follow in attempt.follows:
        desk.commands.append(EndFollow(follow))
    attempt.follows.clear()
