"""R-16: subscribers that never read cost the director nothing, and nobody else either."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import grpc

from stepup_proto.v1 import control_pb2, control_pb2_grpc
from tests.support.counts import Counts, number_from
from tests.support.deadline import wait_until
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder

GROWTH_BYTES_MAX = 50 << 20
LINES = 400
"""How many lines of 50 characters each talkative step writes."""


def test_two_hundred_subscribers_that_never_read_cost_nothing(folder: Folder, counts: Counts) -> None:
    readers = number_from("R16_READERS", 200)
    with ordeal_of(folder, width=2, depth=2, work_s=0, more=_talk) as ordeal:
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "2")
        ordeal.build().end().checked()
        director = int(folder.note()["pid"])
        alone_s = ask_often(ordeal)
        before = resident(director)
        with ExitStack() as stack:
            for _ in range(readers):
                subscribe(stack, ordeal)
            folder.write("source.txt", "another beginning\n")
            folder.plan((folder.root / "plan.py").read_text().split("\n", 2)[2].replace("seq 1", "seq 2"))
            ordeal.build().end().checked()
            crowded_s = ask_often(ordeal)
            growth = resident(director) - before
        wait_until(lambda: len(list(Path(f"/proc/{director}/fd").iterdir())) < readers, "the subscribers are forgotten")
        ordeal.shut_down()
        counts.tell(
            "R-16",
            readers=readers,
            MB_growth=growth / 1e6,
            ms_p99_alone=1000 * alone_s,
            ms_p99_crowded=1000 * crowded_s,
        )
        assert growth < GROWTH_BYTES_MAX


def _talk(_folder: Folder) -> str:
    """Add steps that write much."""
    return (
        "for i in range(100):\n"
        f'    run(f\'seq 1 {LINES} | sed "s/$/ {{"a" * 40}}/" >&2; echo {{i}} > talk/{{i}}\', '
        "shell=True, out=f'talk/{i}')\n"
    )


def metadata_of(ordeal: Ordeal) -> tuple[tuple[str, str], ...]:
    """Return what shows that the project is ours."""
    token = Path(f"{ordeal.socket}.token")
    return (("stepup-token", token.read_text().strip()),) if token.exists() else ()


def subscribe(stack: ExitStack, ordeal: Ordeal) -> None:
    """Ask for all events, over a connection of our own, and read none of them."""
    channel = stack.enter_context(
        grpc.insecure_channel(f"unix:{ordeal.socket}", options=(("grpc.use_local_subchannel_pool", 1),))
    )
    events = cast("Callable[..., Any]", control_pb2_grpc.ControlServiceStub(channel).Events)
    call = events(control_pb2.EventsRequest(), metadata=metadata_of(ordeal))
    stack.callback(call.cancel)


def ask_often(ordeal: Ordeal) -> float:
    """Return how long nearly all of a hundred small questions took at most."""
    with grpc.insecure_channel(f"unix:{ordeal.socket}", options=(("grpc.use_local_subchannel_pool", 1),)) as channel:
        ask = cast("Callable[..., Any]", control_pb2_grpc.ControlServiceStub(channel).GetStatus)
        taken: list[float] = []
        for _ in range(101):
            began_at = time.perf_counter()
            ask(control_pb2.GetStatusRequest(), metadata=metadata_of(ordeal))
            taken.append(time.perf_counter() - began_at)
    return statistics.quantiles(taken[1:], n=100)[98]


def resident(pid: int) -> int:
    """Return how much memory a process uses, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
