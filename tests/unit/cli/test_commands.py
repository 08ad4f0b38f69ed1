"""The commands that only talk to a director."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepup_client.cli.main import run
from stepup_proto.v1 import control_pb2
from stepup_server import inspection
from stepup_shared.visible import in_piece
from tests.unit.cli.fake_control import FakeControl, serving

__all__ = ()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project that STEPUP_ROOT points at."""
    (tmp_path / ".stepup").mkdir()
    monkeypatch.setenv("STEPUP_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def control(project: Path, socket_path: str) -> Iterator[FakeControl]:
    """Direct the project, on a thread of its own as the commands run loops of theirs."""
    fake = FakeControl()
    loop = asyncio.new_event_loop()
    ready, done = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with serving(fake, socket_path):
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    note = {"socket": socket_path, "pid": os.getpid(), "version": "1"}
    (project / ".stepup/director.json").write_text(json.dumps(note))
    with (project / ".stepup/director.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fake.on_join = lambda: fcntl.flock(lock, fcntl.LOCK_UN)
        yield fake
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


@pytest.mark.parametrize(
    ("name", "request_type"),
    [
        ("rebuild", control_pb2.RebuildRequest),
        ("wait", control_pb2.WaitRequest),
        ("drain", control_pb2.DrainRequest),
        ("join", control_pb2.JoinRequest),
    ],
)
def test_a_plain_command_says_one_thing_and_exits_with_zero(
    name: str, request_type: type, control: FakeControl
) -> None:
    assert run([name]) == 0
    assert [type(request) for request in control.told] == [request_type]


def test_shutdown_asks_a_little_more_firmly_than_before(control: FakeControl) -> None:
    assert run(["shutdown"]) == 0
    assert control.told == [control_pb2.ShutdownRequest(level=control_pb2.ShutdownRequest.LEVEL_INTERRUPT)]


@pytest.mark.usefixtures("control")
def test_status_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 0
    assert capsys.readouterr().out == (
        "Director:  build, asked to stop (drain), pid 42, version \n"
        "Root:      /project\n"
        "Steps:     1 RUNNING, 2 SUCCEEDED\n"
        "Files:     none\n"
        "Worker 0:  0 on here, pid 7: 4 slot(s), holds 0, finished 0\n"
        "Running:   1.2 s on worker 0: sleep$'\\n'9\n"
        "Checking:  cp a b\n"
        "Waiting:   2 steps, such as cat a: its input a is missing\n"
        "Last exit: 0\n"
    )


@pytest.mark.usefixtures("control")
def test_status_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert list(facts) == sorted(facts)
    assert facts["phase"] == "build"
    assert facts["steps"] == {"RUNNING": 1, "SUCCEEDED": 2}
    assert facts["stopping"] == "LEVEL_DRAIN"
    assert facts["return_code"] == 0


@pytest.mark.usefixtures("control")
def test_graph_writes_three_files_relative_to_the_root(project: Path) -> None:
    assert run(["graph", "current"]) == 0
    texts = [(project / f"current{end}").read_text() for end in (".txt", "_provenance.dot", "_dependency.dot")]
    assert texts == ["t\n", "p\n", "d\n"]


@pytest.mark.usefixtures("control")
def test_a_graph_that_cannot_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "no/such/place"]) == 1
    assert capsys.readouterr().err.startswith("ERROR: Cannot write ")


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["status"], ["status"]),
        (["status", "--json"], ["status", "--json"]),
        (["graph", "g"], ["graph", "g"]),
        (["graph", "g", "--mermaid"], ["graph", "g", "--mermaid"]),
    ],
)
def test_without_a_director_the_database_answers(
    argv: list[str], expected: list[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".stepup/graph.db").touch()
    asked: list[list[str]] = []

    def show_as_told(arguments: list[str]) -> int:
        asked.append(arguments)
        return 0

    monkeypatch.setattr(inspection, "show_as_told", show_as_told)
    assert run(argv) == 0
    assert asked == [[*expected, "--root", str(project)]]


def test_a_root_that_is_no_directory_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STEPUP_ROOT", "/no/such/place")
    assert run(["wait"]) == 1
    assert capsys.readouterr().err.startswith("ERROR: The project root /no/such/place is not a directory")


def test_no_command_shows_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 1
    assert capsys.readouterr().out.startswith("usage: stepup")


def test_why_shows_what_the_director_says(control: FakeControl, capsys: pytest.CaptureFixture[str]) -> None:
    assert control.told == []
    assert run(["why", "step"]) == 0
    assert capsys.readouterr().out == "step ran\n└─ it had never run before\n"
    assert run(["why", "--json", "step"]) == 0
    assert json.loads(capsys.readouterr().out)["because"][0]["kind"] == "first_run"
    assert run(["why", "nothing"]) == 1
    assert capsys.readouterr().err == "ERROR: No step matches 'nothing'.\n"


@pytest.mark.usefixtures("control")
def test_the_list_of_workers_names_what_runs_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["worker", "list"]) == 0
    assert capsys.readouterr().out == (
        "Worker 0:  0 on here, pid 7: 4 slot(s), holds 0, finished 0\n  runs:    sleep$'\\n'9 for 1.2 s\n"
    )
    assert run(["worker", "list", "--json"]) == 0
    (worker,) = json.loads(capsys.readouterr().out)
    assert (worker["name"], worker["slots"], worker["draining"]) == ("0", 4, False)


def test_workers_are_drained_by_name(control: FakeControl, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["worker", "drain", "w0", "1", "--wait"]) == 0
    assert control.told == [control_pb2.DrainWorkerRequest(workers=["w0", "1"], wait=True)]
    assert run(["worker", "drain", "all"]) == 0
    assert capsys.readouterr().out == "Left: w0, 1\nDraining: all\n"


def test_cancel_says_what_is_being_ended(control: FakeControl, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cancel", "work\x1b"]) == 0
    assert control.told == [control_pb2.CancelStepRequest(name="work\x1b")]
    assert capsys.readouterr().out == "Cancelling work$'\\x1b'\n"
    assert run(["cancel", "--json", "work"]) == 0
    assert json.loads(capsys.readouterr().out) == {"step": "work", "attempt": 0}
    assert run(["cancel", "nothing"]) == 1
    assert capsys.readouterr().err == "ERROR: nothing is not running.\n"


def test_logs_writes_each_stream_as_it_came(control: FakeControl, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["logs", "work"]) == 0
    assert control.told == [control_pb2.FollowOutputRequest(name="work")]
    assert capfdbinary.readouterr() == ("out\x1b[2J é\n".encode(), b"err\n")
    assert run(["logs", "-f", "--stderr", "work"]) == 0
    assert control.told[-1] == control_pb2.FollowOutputRequest(name="work", follow=True)
    assert capfdbinary.readouterr() == (b"", b"err\n")


def test_logs_for_programs_has_an_object_in_each_line(control: FakeControl, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["logs", "--json", "--stdout", "work"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"step": "work", "attempt": 7, "running": False},
        {"stream": "stdout", "text": "out\x1b[2J "},
        {"stream": "stdout", "text": "é\n"},
        {"end": "exit 3", "exit_code": 3},
    ]
    assert control.told == [control_pb2.FollowOutputRequest(name="work")]


def test_lines_for_a_terminal_keep_their_ends_and_nothing_else_that_moves_the_cursor() -> None:
    assert in_piece("a\tb\r\nc\rd\x1b[2J\u202e") == "a\tb\nc\\rd\\x1b[2J\\u202e"


def test_a_reader_that_has_seen_enough_is_no_reason_for_a_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "stepup_client.cli", "config", "--all"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")
