"""Building with a director that runs already."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from contextlib import AsyncExitStack

import grpc
import pytest

from stepup_client.cli.attach import follow_build
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import Look
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control_values import BuildOptions
from stepup_proto.v1 import control_pb2
from tests.unit.cli.fake_control import FakeControl, build_end, line, serving

__all__ = ()

OPTIONS = BuildOptions(keep_going=True, clean=False, resources=(("gpu", 2),), use_durations=False)
BEFORE = line("DIRECTOR", "of an earlier build")


def attach(control: FakeControl, socket: str, stream: io.StringIO, options: BuildOptions = OPTIONS) -> int | None:
    async def play() -> int | None:
        async with serving(control, socket):
            return await follow_build(socket, options, Screen(Look(), stream=stream, environ={}))

    return asyncio.run(play())


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_the_events_of_the_build_are_shown_and_its_code_returned(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl([BEFORE, line("START", "a"), build_end(36)])
    assert attach(control, socket_path, stream) == 36
    assert stream.getvalue().splitlines() == [f"DIRECTOR │ Attached to {socket_path}", "   START │ a"]


def test_the_options_reach_the_director(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl([BEFORE, build_end()])
    attach(control, socket_path, stream)
    expected = control_pb2.BuildRequest(keep_going=True, no_clean=True, resources={"gpu": 2}, ignore_durations=True)
    assert control.told == [expected]


def test_whoever_watches_stays_until_the_director_stops(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl([BEFORE, build_end(36), line("UPDATED", "a"), build_end(8)], is_stream_ended=True)
    assert attach(control, socket_path, stream, BuildOptions(watch=True)) == 8
    assert "UPDATED │ a" in stream.getvalue()


def test_a_director_is_left_alone_by_ctrl_c(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl([BEFORE, line("START", "a")])

    class InterruptingStream(io.StringIO):
        def write(self, text: str) -> int:
            if "START" in text:
                os.kill(os.getpid(), signal.SIGINT)
            return stream.write(text)

    assert attach(control, socket_path, InterruptingStream()) == 2
    assert "Detached" in stream.getvalue()
    assert len(control.told) == 1


def test_joining_a_build_is_told(socket_path: str, stream: io.StringIO) -> None:
    assert attach(FakeControl([BEFORE, build_end()], is_joined=True), socket_path, stream) == 0
    assert "Joined a build" in stream.getvalue()


def test_the_end_of_an_earlier_build_is_not_taken_for_ours(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl([BEFORE, build_end(4, build=0), line("START", "b"), build_end(8)])
    assert attach(control, socket_path, stream) == 8


def test_a_director_that_is_stopping_is_no_director(socket_path: str, stream: io.StringIO) -> None:
    control = FakeControl(build_failure=(grpc.StatusCode.UNAVAILABLE, "stopping"))
    assert attach(control, socket_path, stream) is None


@pytest.mark.parametrize(
    ("control", "words"),
    [
        (FakeControl(build_failure=(grpc.StatusCode.INVALID_ARGUMENT, "no such option")), "no such option"),
        (FakeControl(build_failure=(grpc.StatusCode.INTERNAL, "oops")), "has a bug: oops"),
        (FakeControl([BEFORE], is_stream_ended=True), "stopped before the build ended"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    control: FakeControl, words: str, socket_path: str, stream: io.StringIO
) -> None:
    with pytest.raises(UsageError, match=words):
        attach(control, socket_path, stream)


def test_a_director_that_dies_is_one_sentence(socket_path: str) -> None:
    """Play the death when the first event is shown: the server breaks all calls off."""

    async def play() -> int | None:
        control = FakeControl([BEFORE, line("START", "a")])
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(serving(control, socket_path))
            stream = WatchedStream()
            screen = Screen(Look(), stream=stream, environ={})
            following = asyncio.ensure_future(follow_build(socket_path, OPTIONS, screen))
            await stream.is_started.wait()
            await stack.aclose()
            return await following

    with pytest.raises(UsageError, match="Lost the director"):
        asyncio.run(play())


class WatchedStream(io.StringIO):
    """Tells when a step has been shown to start."""

    def __init__(self) -> None:
        super().__init__()
        self.is_started = asyncio.Event()

    def write(self, text: str) -> int:
        if "START" in text:
            self.is_started.set()
        return super().write(text)
