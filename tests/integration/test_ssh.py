"""Workers that reach their director by ssh."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from tests.support.project_folder import Folder, Program
from tests.support.sshd import Sshd, why_no_sshd

pytestmark = pytest.mark.skipif(bool(why_no_sshd()), reason=why_no_sshd())

STEPS = 6
PLAN = f"""
static("helper.py", "source.txt", "make.py")
for number in range({STEPS}):
    run(f"pwd > where{{number}}; cat source.txt > out{{number}}", inp="source.txt",
        out=[f"out{{number}}", f"where{{number}}"], shell=True)
run("./make.py made.txt", inp="make.py", out="made.txt")
"""


def start_director(folder: Folder) -> Program:
    director = folder.start("director")
    director.wait_output("Listening on")
    return director


def start_worker(folder: Folder, sshd: Sshd, *options: str, name: str = "w") -> Program:
    """Start a worker that sees nothing of the project."""
    home = folder.around / name
    home.mkdir(exist_ok=True)
    variables = sshd.variables | {"STEPUP_ROOT": str(home)}
    url = sshd.url(folder.root)
    return folder.start(
        "worker", "--director", url, "--workspace", str(home / "workspace"), "--name", name, *options, **variables
    )


def end(program: Program) -> None:
    program.process.terminate()
    program.process.wait(60)


def test_a_build_runs_by_ssh_and_goes_on_when_ssh_or_the_director_has_ended(folder: Folder) -> None:
    folder.write("helper.py", "WORD = 'helped'\n")
    folder.write("source.txt", "content\n")
    folder.script("make.py", "import sys\nfrom helper import WORD\nopen(sys.argv[1], 'w').write(WORD)\n")
    folder.plan(PLAN)
    with Sshd(folder.around / "ssh") as sshd:
        director = start_director(folder)
        worker = start_worker(folder, sshd, "-j", "2")
        assert folder.run("build").code == 0, folder.story()
        assert folder.read("made.txt") == "helped"
        for number in range(STEPS):
            assert folder.read(f"out{number}") == "content\n"
            assert folder.read(f"where{number}").startswith(f"{folder.around}/w/workspace/")

        # ssh ends.
        before = set(sshd.pids())
        for pid in alive(before):
            os.kill(pid, signal.SIGKILL)
        folder.write("source.txt", "changed\n")
        assert folder.run("build").code == 0, folder.story()
        assert folder.read("out0") == "changed\n"
        assert set(sshd.pids()) > before

        # The director ends, and another one comes.
        director.process.kill()
        director.process.wait(60)
        director = start_director(folder)
        folder.write("source.txt", "again\n")
        assert folder.run("build").code == 0, folder.story()
        assert folder.read("out0") == "again\n"

        assert len(alive(sshd.pids())) == 1
        end(worker)
        assert alive(sshd.pids()) == []
        end(director)


@pytest.mark.chaos
def test_a_link_that_falls_silent_is_replaced(folder: Folder) -> None:
    folder.write("source.txt", "content\n")
    folder.plan('static("source.txt")\nrun("cat source.txt > out", inp="source.txt", out="out", shell=True)')
    with Sshd(folder.around / "ssh") as sshd:
        director = start_director(folder)
        worker = start_worker(folder, sshd, "--no-forkserver")
        assert folder.run("build").code == 0, folder.story()
        before = alive(sshd.pids())
        silent = sshd.sessions()
        for pid in silent:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: not folder.status()["workers"][0].get("connected"), "the director has noticed")
        folder.write("source.txt", "changed\n")
        assert folder.run("build").code == 0, folder.story()
        assert folder.read("out") == "changed\n"
        assert alive(before) == []
        for pid in silent:
            os.kill(pid, signal.SIGKILL)
        end(worker)
        end(director)


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pids: set[int] | list[int]) -> list[int]:
    """Return those that run."""
    return [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_ssh_ends_with_a_worker_that_is_killed_together_with_its_guardian(folder: Folder) -> None:
    with Sshd(folder.around / "ssh") as sshd:
        director = start_director(folder)
        worker = start_worker(folder, sshd, "--no-forkserver")
        folder.wait_status(lambda status: bool(status["workers"]), "the worker is there")
        (daemon,) = children_of(worker.pid)
        assert len(alive(sshd.pids())) == 1
        os.kill(worker.pid, signal.SIGSTOP)
        os.kill(daemon, signal.SIGKILL)
        os.kill(worker.pid, signal.SIGKILL)
        worker.process.wait(60)
        wait_until(lambda: alive(sshd.pids()) == [], "ssh has ended")
        end(director)


def told(folder: Folder, sshd: Sshd, *options: str) -> str:
    """Return the one line in which a worker says why it does not begin."""
    worker = start_worker(folder, sshd, "--no-forkserver", *options)
    ended = worker.end()
    assert (ended.code, ended.output, ended.errors.count("\n")) == (1, "", 1), ended
    return ended.errors.strip()


def test_what_keeps_ssh_from_getting_through_is_told_in_a_line(folder: Folder) -> None:
    with Sshd(folder.around / "ssh", "AllowStreamLocalForwarding no") as sshd:
        director = start_director(folder)
        assert "AllowStreamLocalForwarding" in told(folder, sshd)
        assert told(folder, sshd, "--director", sshd.url(folder.root / "none")) == (
            f"ERROR: {folder.root}/none on 127.0.0.1 is not a directory."
        )
        sshd.know("user")
        assert "ssh does not know the key of 127.0.0.1, or it has changed" in told(folder, sshd)
        sshd.know()
        assert "127.0.0.1 asks for what nobody is there to type" in told(
            folder, sshd, "--director", sshd.url(folder.root, "no-such-user")
        )
        assert told(folder, sshd, "--director", "ssh://no-such-host.invalid/project") == (
            "ERROR: Nobody knows a host called no-such-host.invalid."
        )
        end(director)


def test_a_connection_that_the_user_shares_is_used_and_left_as_it_was(folder: Folder) -> None:
    with Sshd(folder.around / "ssh") as sshd:
        director = start_director(folder)
        control = folder.around / "c"
        sshd.configure(f"  ControlPath {control}\n")
        master = folder.start_command("ssh", "-M", "-N", sshd.destination, **sshd.variables)
        wait_until(control.exists, "the user is connected")
        sshd.forget_key()
        worker = start_worker(folder, sshd, "--no-forkserver")
        folder.wait_status(lambda status: bool(status["workers"]), "the worker is there")
        end(worker)
        assert forwardings(master.pid) == []
        end(master)
        end(director)


def forwardings(pid: int) -> list[str]:
    """Return the sockets of directors at which a process listens."""
    own = {path.readlink().name for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
    rows = (line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:])
    return [row[7] for row in rows if len(row) > _PATH and f"socket:[{row[6]}]" in own and row[7].endswith("/ssh")]


_PATH = 7
"""Which column has the path of a socket."""
