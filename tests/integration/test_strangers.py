"""What other users of a machine and strangers on a network can reach: nothing (S-01, S-02)."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Generator
from contextlib import suppress
from functools import partial
from pathlib import Path

import grpc
import pytest

from tests.support.calls import METHODS, code_of
from tests.support.counts import Counts
from tests.support.listeners import listening_at
from tests.support.members import Listening, join, listen
from tests.support.processes import marked_processes
from tests.support.project_folder import PROGRAMS, Folder, Program, project_below
from tests.support.stranger import Attempt, granted_to_stranger

Code = grpc.StatusCode
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(name="open_folder")
def project_that_others_can_see() -> Generator[Folder]:
    """Return a project that everybody can enter and read, as those in home directories of many machines."""
    place = Path(tempfile.mkdtemp(prefix="seen-by-all-", dir="/tmp"))
    place.chmod(0o755)
    try:
        with project_below(place) as folder:
            yield folder
    finally:
        shutil.rmtree(place)


def start_carelessly(folder: Folder, *words: str, **variables: str) -> Program:
    """Start `stepup WORDS` with the umask of somebody who does not care."""
    words = (str(PROGRAMS / "stepup"), *words)
    return folder.start_command("/bin/sh", "-c", 'umask 000; exec "$@"', "sh", *words, **variables)


PLAN = 'run("cp $STEPUP_TOKEN_FILE {0}/token; echo $STEPUP_TOKEN_FILE > {0}/path; exec sleep 600", shell=True)'


@needs_root
def test_another_user_of_the_machine_reaches_nothing(open_folder: Folder, counts: Counts) -> None:
    folder = open_folder
    there = folder.around / "there"
    there.mkdir()
    folder.plan(PLAN.format(there))
    director = Listening(folder, start=partial(start_carelessly, folder))
    credentials = folder.around / "credentials"
    line = folder.run("director", "invite").checked().output.split()[1:]
    start_carelessly(folder, *line, "--workspace", f"{folder.around}/ws", STEPUP_CREDENTIALS=str(credentials))
    folder.wait_status(lambda status: len(status["workers"]) == 1, "the worker is there")
    build = folder.start("build", "--no-progress")
    folder.wait_for(f"{there}/path")
    places = [folder.root / ".stepup", folder.around / "ws", credentials, Path(director.socket).parent]
    proxies = [Path(name) for name in sockets_of(folder)]
    attempts = [*attempts_at(places + [path.parent for path in proxies]), *attempts_on(folder)]
    attempts += [("read", (there / "path").read_text().strip())]
    seen = [("read", str(folder.root / "plan.py")), ("list", str(folder.root))]
    assert granted_to_stranger([*seen, *attempts]) == seen
    counts.tell("S-01", attempts=len(attempts), granted=0)
    assert build.process.poll() is None
    for program in folder.programs:
        program.interrupt_until_ended()


def attempts_at(places: list[Path]) -> list[Attempt]:
    """Return what can be tried at directories, and at all that is in them."""
    attempts: list[Attempt] = []
    for place in dict.fromkeys(places):
        attempts += [("list", str(place)), ("create", str(place)), ("rename", str(place))]
        for path in place.rglob("*"):
            status = path.lstat()
            ways = ["remove", "rename"]
            ways += ["list", "create"] if stat.S_ISDIR(status.st_mode) else []
            ways += ["read", "write"] if stat.S_ISREG(status.st_mode) else []
            ways += ["connect"] if stat.S_ISSOCK(status.st_mode) else []
            attempts += [(way, str(path)) for way in ways]
    return attempts


def attempts_on(folder: Folder) -> list[Attempt]:
    """Return what can be tried on the processes of director, worker and step."""
    attempts: list[Attempt] = []
    for pid in marked_processes(folder.mark):
        attempts += [("trace", str(pid)), ("signal", str(pid)), ("list", f"/proc/{pid}/fd")]
        attempts += [("read", f"/proc/{pid}/{name}") for name in ("environ", "mem", "maps")]
    return attempts


def sockets_of(folder: Folder) -> list[str]:
    """Return the paths of all Unix sockets that our programs listen at."""
    return [place for place in listening_at(marked_processes(folder.mark)) if place.startswith("/")]


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_a_director_refuses_a_place_for_its_socket_to_which_others_can_write(folder: Folder, mode: int) -> None:
    place = folder.around / "sockets"
    place.mkdir()
    place.chmod(mode)
    ended = folder.run("director", "--socket", str(place / "director"))
    assert ended.code == 1
    assert ended.errors.endswith(f"{place}, can be written to by others: chmod 700 {place}\n")


@pytest.mark.parametrize("words", [("director",), ("build",), ("worker",)])
def test_no_program_uses_state_to_which_everybody_could_write(folder: Folder, words: tuple[str, ...]) -> None:
    folder.plan("")
    state = folder.root / ".stepup"
    state.mkdir()
    state.chmod(0o777)
    ended = folder.run(*words)
    assert ended.code == 1
    assert (
        f"ERROR: Everybody can write to {state}, so what is in it may be anybody's."
        f" Remove it, or if you trust it: chmod 700 {state}\n"
    ) in ended.errors


def test_a_worker_refuses_a_workspace_to_which_others_can_write(folder: Folder) -> None:
    place = folder.around / "workspace"
    place.mkdir()
    place.chmod(0o775)
    ended = folder.run("worker", "--workspace", str(place))
    assert ended.code == 1
    assert ended.errors.endswith(f"{place}, can be written to by others: chmod 700 {place}\n")


def test_keys_that_others_could_read_are_not_used(folder: Folder) -> None:
    (folder.root / ".stepup/trust").mkdir(parents=True, mode=0o755)
    ended = folder.run("director", "--listen", "127.0.0.1:9")
    assert ended.code == 1
    assert "chmod 700" in ended.errors


# Who listens where


def stays(folder: Folder) -> None:
    """Write a plan whose build does not end."""
    folder.plan('run("echo $$ > pid; exec sleep 600", shell=True)')


@pytest.mark.parametrize("words", [("build",), ("build", "--detach", "--workers", "2"), ("build", "--watch")])
def test_a_build_listens_at_a_private_socket_only(folder: Folder, words: tuple[str, ...]) -> None:
    """S-02: what listens behind each command that starts something is looked up in the tables of the kernel."""
    stays(folder)
    folder.start(*words)
    folder.wait_for("pid")
    check_private(listening_at(marked_processes(folder.mark)))
    director = int(folder.note()["pid"])
    for _ in range(2):
        with suppress(ProcessLookupError):
            os.kill(director, signal.SIGTERM)
    for program in folder.programs:
        program.end()


def check_private(places: set[str]) -> None:
    """Demand that there are listeners, and that all of them are Unix sockets in directories that only we may enter."""
    assert places
    for place in places:
        assert place.startswith("/"), places
        assert stat.S_IMODE(Path(place).parent.stat().st_mode) == 0o700, place


def test_director_and_workers_listen_beyond_the_machine_at_the_one_port_they_were_told_and_by_tls(
    folder: Folder,
) -> None:
    stays(folder)
    director = listen(folder)
    folder.start("worker")
    folder.start("build")
    # Before another worker is there that could run it elsewhere.
    folder.wait_for("pid")
    join(director)
    places = listening_at(marked_processes(folder.mark))
    port = f"tcp {director.address}"
    assert port in places
    check_private(places - {port})
    with grpc.insecure_channel(director.address) as channel:
        assert {code_of(channel, method) for method in METHODS.values()} == {Code.UNAVAILABLE}
    for program in folder.programs:
        program.interrupt_until_ended()


def test_the_browser_of_graphs_listens_to_its_own_machine(folder: Folder) -> None:
    folder.plan("")
    folder.build()
    program = folder.start("browse", "--no-open-browser")
    program.wait_output("http://")
    (place,) = listening_at(marked_processes(folder.mark))
    assert place.startswith("tcp 127.0.0.1:")
    program.process.send_signal(signal.SIGINT)
    program.end()
