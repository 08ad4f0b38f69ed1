"""One director after the other, each in some trouble, over builds that go on: what a service manager would do.

Builds are asked for by the call alone, as `stepup build` would begin one of its own when it finds no director.
When one is over before there was trouble, the source of all steps changes and the next one begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import grpc

from stepup_proto.v1 import control_pb2, control_pb2_grpc
from tests.support.deadline import pass_time, wait_until
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder, Program
from tests.support.tokens import open_channel

__all__ = ("Supervisor", "has_ended", "supervised")

_Answer = TypeVar("_Answer")

CALL_S = 5.0
MORE = 'run("./work.sh extra/{0} source.txt", inp=["work.sh", "source.txt"], out="extra/{0}")\n'


_BUILD = control_pb2.BuildRequest()
_STATUS = control_pb2.GetStatusRequest()
_DRAIN = control_pb2.ShutdownRequest(level=control_pb2.ShutdownRequest.LEVEL_DRAIN)
_PAUSE_S = 0.05


@dataclass(slots=True)
class Supervisor:
    """Keeps builds going, whatever becomes of the directors."""

    ordeal: Ordeal
    rounds: int = 1
    """How many builds there were, the one that goes on included."""
    directors: int = 0
    """How many were started."""

    def start(self, *prefix: str, **variables: str) -> Program:
        """Start a director and wait until it listens or has ended."""
        self.directors += 1
        director = self.ordeal.launch_director(*prefix, **variables)
        wait_until(
            lambda: "Listening on" in director.said or has_ended(director), "it listens", self.ordeal.folder.story
        )
        return director

    def keep_building(self, until: Callable[[], bool]) -> None:
        """Ask for one build after the other, and see to the workers, until a condition holds."""

        def is_over() -> bool:
            for name in self.ordeal.workers:
                self.ordeal.revive(name)
            if until():
                return True
            if self._is_built():
                self._begin_next()
            pass_time(_PAUSE_S, until)
            return until()

        wait_until(is_over, "something happens", self.ordeal.folder.story)

    def finish(self) -> None:
        """Start a director without trouble and let the build come to its end."""
        director = self.start()
        for name in self.ordeal.workers:
            self.ordeal.revive(name)
        wait_until(self._is_built, "the build is over", self.ordeal.folder.story)
        # Who is not there is not told that all is over.
        self.ordeal.wait_connected(*self.ordeal.workers)
        assert not has_ended(director)

    def stop(self) -> None:
        """Ask the director to end when what is running has ended."""
        self._call(lambda stub: stub.Shutdown(_DRAIN, timeout=CALL_S))

    def check_starts(self) -> int:
        """Look whether no step has begun more often than it was to; return how many began."""
        starts = Counter(output for output, _ in self.ordeal.ledger().began)
        most = {output: 1 if output.startswith("extra/") else self.rounds for output in starts}
        repeated = {output: count for output, count in starts.items() if count > most[output]}
        assert repeated == {}, f"{repeated}\n{self.ordeal.ledger_path.read_text()}\n{self.ordeal.folder.story()}"
        return starts.total()

    @property
    def expected(self) -> int:
        """How many attempts there are when the last build is over."""
        return (self.ordeal.steps + 1) * self.rounds

    def more(self, _folder: Folder) -> str:
        """Return a step that no other round has, so that its output is removed in the next one."""
        return MORE.format(self.rounds)

    def _is_built(self) -> bool:
        """Tell whether all is built and recorded; ask for it if nobody has."""
        status = self._call(lambda stub: stub.GetStatus(_STATUS, timeout=CALL_S))
        if status is None or status.phase != "idle" or status.stopping:
            return False
        if not status.build:
            self._call(lambda stub: stub.Build(_BUILD, timeout=CALL_S))
            return False
        assert status.return_code == 0, self.ordeal.folder.story()
        return len(self.ordeal.ledger().ended) == self.expected

    def _begin_next(self) -> None:
        """Change the source of all steps, and the plan, and ask for another build."""
        self.rounds += 1
        self.ordeal.source = f"round {self.rounds}\n"
        self.ordeal.write_project()
        self._call(lambda stub: stub.Build(_BUILD, timeout=CALL_S))

    def _call(self, make: Callable[[control_pb2_grpc.ControlServiceStub], _Answer]) -> _Answer | None:
        """Call the director; None when it does not answer."""
        with open_channel(self.ordeal.socket) as channel:
            try:
                return make(control_pb2_grpc.ControlServiceStub(channel))
            except grpc.RpcError:
                return None


@contextmanager
def supervised(folder: Folder, *, width: int, depth: int, work_s: float) -> Generator[Supervisor]:
    """Return a supervisor of a project of a certain shape."""
    with ordeal_of(folder, width=width, depth=depth, work_s=work_s) as ordeal:
        supervisor = Supervisor(ordeal)
        ordeal.more = supervisor.more
        ordeal.write_project()
        yield supervisor


def has_ended(program: Program) -> bool:
    """Tell whether a program has ended."""
    return program.process.poll() is not None
