"""S-08, S-14, S-17 with real programs: what a lying worker says is harmless to look at, and soon it may say nothing."""

from __future__ import annotations

import re
import signal
import urllib.request
from collections.abc import Generator

import grpc
import pytest

from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_proto.v1 import types_pb2 as types
from stepup_server.core.quarantine import LIES_MAX
from tests.support.counts import Counts
from tests.support.liar import Liar
from tests.support.project_folder import Folder
from tests.support.terminal import Terminal
from tests.support.tokens import open_channel

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\x1b[5m\x1b]0;owned\a\x9b5m\u202e\u2066\u200b\r\bnow"
"""Markup, colours, titles, marks that turn the direction of writing, and what overwrites a line."""

PLAYS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]")
"""What plays with a terminal; ends of lines and tabs may stay."""

PLAN = """\
for name in "ab":
    run(f"true {name}", where="evil")
"""


@pytest.fixture(name="channel")
def channel_to_director(folder: Folder) -> Generator[grpc.Channel]:
    """Return a channel to a director that has an honest worker, too."""
    folder.plan(PLAN)
    director = folder.start("director", "--log-format", "console")
    director.wait_output("Listening on")
    worker = folder.start("worker")
    folder.wait_status(lambda status: len(status["workers"]) == 1, "the worker is there")
    with open_channel(folder.note()["socket"]) as channel:
        yield channel
    director.interrupt_until_ended()
    worker.end()


def test_what_a_liar_says_is_harmless_on_a_terminal_and_in_a_browser(
    folder: Folder, channel: grpc.Channel, counts: Counts
) -> None:
    root = str(folder.root)
    with (
        Liar(channel, name=EVIL, host=EVIL, root=root, labels={"evil": "", EVIL: EVIL}) as liar,
        Terminal(folder, "build") as terminal,
    ):
        first = liar.hear_order()
        shown = [folder.run("status").output, folder.run("worker", "list").output]
        # What it writes is kept and shown; so is why it did not begin.
        liar.end(first, exit_code=1, stdout=EVIL.encode(), stderr=EVIL.encode())
        liar.end(liar.hear_order(), not_started=EVIL)
        assert terminal.end() != 0
    # To a file, `stepup logs` writes what the step has written; on a terminal it must not.
    with Terminal(folder, "logs", "true a") as logs:
        assert logs.end() == 0
    shown += [folder.run("why", name).output for name in ("true a", "true b")]
    shown += [folder.story(), *(path.read_text() for path in (folder.root / ".stepup").glob("*.log"))]
    assert any("alert" in text for text in shown)
    for text in shown:
        assert not PLAYS.search(text), PLAYS.search(text)
    for sequence in ("\x1b[5m", "\x1b]", "\x9b", "\a", "\b", "\u202e", "\u2066", "\u200b"):
        assert sequence not in terminal.text + logs.text
    assert "owned" in terminal.text
    assert "owned" in logs.text
    pages = browsed(folder)
    assert any("alert" in page for page in pages)
    for page in pages:
        assert not re.search(r"<script|<img|onerror=[^&]*>", page, re.IGNORECASE)
    counts.tell("S-08", texts=len(shown) + 1, pages=len(pages), raw=0)


def browsed(folder: Folder) -> list[str]:
    """Return all pages of `stepup browse` that lead from the first one to steps."""
    program = folder.start("browse", "--no-open-browser")
    program.wait_output("until Ctrl-C")
    (address,) = re.findall(r"http://\S+", program.output)
    pages = [fetch(address), fetch(f"{address}steps"), fetch(f"{address}files"), fetch(f"{address}search?q=script")]
    pages += [fetch(f"{address}{path}") for path in sorted(set(re.findall(r'href="(step/\d+)"', "".join(pages))))]
    program.process.send_signal(signal.SIGINT)
    program.end()
    return pages


def fetch(address: str) -> str:
    """Return one page; none of them may run anything, whatever is in it."""
    with urllib.request.urlopen(address, timeout=30) as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        return str(response.read().decode())


def test_whoever_lies_several_times_is_thrown_out_and_kept_out(folder: Folder, channel: grpc.Channel) -> None:
    description = {"name": "liar", "host": "h", "root": str(folder.root)}
    with Liar(channel, **description) as liar:
        for number in range(LIES_MAX):
            never = types.AttemptId(step=1, number=1_000_000 + number)
            liar.say(holding=[never], started=[dispatch.AttemptStarted(attempt=never)])
        liar.reason()
    with Liar(channel, **description) as again:
        code, why = again.reason()
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert why.startswith("Worker 'liar' has reported on attempts that it was never given, and is kept out for ")
    assert "liar" in folder.all_events()


@pytest.mark.parametrize(
    ("fact", "objection"),
    [
        ({"slots": 1_000_000_000}, "worker.slots is 1000000000; at most 10000 is allowed"),
        ({"name": "x" * 256}, "worker.name has 256 characters; at most 255 are allowed"),
        ({"name": ""}, "A worker needs a name."),
    ],
)
def test_whoever_boasts_is_not_let_in(
    folder: Folder, channel: grpc.Channel, fact: dict[str, object], objection: str
) -> None:
    with Liar(channel, **({"name": "liar", "host": "h", "root": str(folder.root)} | fact)) as liar:
        code, why = liar.reason()
    assert code in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT}
    assert objection in why
    assert [worker["name"] for worker in folder.status()["workers"]] != ["liar"]
