"""A build that has to stand something: its project, director and workers, and the oracle that judges how it went.

The oracle is the same project, built without faults by one process. The build under trial has to publish the same
bytes; its steps keep a ledger themselves, of when each attempt began and ended; its database has to be sound; and
nothing may be left over: no process, no temporary file, no slot.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stepup_client.rpc.trust import invite
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.invariants import check
from stepup_server.store.restore import load
from tests.support.deadline import wait_until
from tests.support.processes import is_alive, open_links
from tests.support.project_folder import PROGRAMS, Ended, Folder, Program

__all__ = ("REPOSITORY", "Ledger", "Ordeal", "ordeal_of", "send_signal")

PLAN = """\
import os
static("work.sh", "source.txt")
WIDTH, DEPTH = {width}, {depth}
for j in range(DEPTH):
    for i in range(WIDTH):
        before = (f"out/{{i}}.{{j - 1}}", f"out/{{(i + 1) % WIDTH}}.{{j - 1}}") if j else ("source.txt",)
        run(f"./work.sh out/{{i}}.{{j}} " + " ".join(before), inp=("work.sh", *before), out=f"out/{{i}}.{{j}}")
last = [f"out/{{i}}.{{DEPTH - 1}}" for i in range(WIDTH)]
run("./work.sh all " + " ".join(last), inp=("work.sh", *last), out="all")
"""

WORK = """\
#!/bin/sh
# work.sh OUT INPUT...: tell when it begins and ends, take some time, and make something of all inputs.
set -e
out=$1
shift
echo "began $out $STEPUP_JOB_I $WORKER $$" >> "$LEDGER"
cat "$@" | sha256sum > "$out"
echo "of $out" >> "$out"
# Some are too large to travel with the result.
case $out in out/0.* | all) yes "$out" | head -c 150000 >> "$out" ;; esac
sleep "$WORK_S"
if test "$out" = all; then until test -e "$GATE"; do sleep 0.05; done; fi
echo "ended $out $STEPUP_JOB_I $WORKER $$" >> "$LEDGER"
"""


_STEPS = re.compile(r" \(deleted\)|memfd:|pidfd|/blobs/|/attempts/|/cache/")
"""What descriptors refer to that belong to steps."""

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the steps have told of themselves."""

    began: Sequence[tuple[str, str]]
    """Output and number of each attempt that began, in order."""
    ended: Sequence[tuple[str, str]]
    """Output and number of each attempt that came to its end, in order."""

    @property
    def starts(self) -> int:
        """How many attempts began."""
        return len(self.began)

    @property
    def repeated(self) -> dict[str, int]:
        """Outputs whose steps began more than once, and how often."""
        counts = Counter(output for output, _ in self.began)
        return {output: count for output, count in counts.items() if count > 1}

    @property
    def unfinished(self) -> int:
        """How many attempts began and did not come to their end."""
        return len(set(self.began) - set(self.ended))


@dataclass(slots=True)
class Worker:
    """One worker, and how to start it again."""

    name: str
    words: tuple[str, ...]
    """How it is started."""
    prefix: tuple[str, ...]
    """What comes before, such as the host on which it runs."""
    program: Program


@dataclass(slots=True)
class Ordeal:
    """One project under trial."""

    folder: Folder
    run: Path
    """A short directory for sockets and temporary files."""
    width: int = 4
    depth: int = 4
    work_s: float = 0.05
    """How long each step takes."""
    more: Callable[[Folder], str] | None = None
    """Writes further files, and returns further lines of the plan."""
    source: str = "the beginning\n"
    """What all steps depend on."""
    workers: dict[str, Worker] = field(default_factory=dict[str, Worker])
    director: Program | None = None
    director_words: tuple[str, ...] = ()
    listen: str = ""
    """HOST:PORT at which the director serves other machines; empty: it does not."""
    place: tuple[str, ...] = ()
    """With what the director is started where it shall run."""
    variables_more: dict[str, str] = field(default_factory=dict[str, str])
    """What programs find in their environment besides."""
    helpers: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])
    """Programs of the bench, which are killed in the end."""

    @property
    def steps(self) -> int:
        """How many steps keep the ledger."""
        return self.width * self.depth + 1

    @property
    def socket(self) -> str:
        """Where the director listens."""
        return str(self.run / "director.sock")

    @property
    def ledger_path(self) -> Path:
        """Where the steps write."""
        return self.folder.around / "ledger"

    @property
    def gate(self) -> Path:
        """Where a file has to be before the last step ends."""
        return self.folder.around / "gate"

    # Setting out

    def write_project(self, folder: Folder | None = None) -> None:
        """Write a plan of many steps, of which each needs two of the row before."""
        folder = folder or self.folder
        more = self.more(folder) if self.more is not None else ""
        folder.plan(PLAN.format(width=self.width, depth=self.depth) + more)
        folder.write("work.sh", WORK, 0o755)
        folder.write("source.txt", self.source)

    def begin_with(self, source: str) -> None:
        """Change what all steps depend on."""
        self.source = source
        self.folder.write("source.txt", source)

    def start_director(self, *options: str) -> Program:
        """Start the director, or another one after it was killed."""
        self.director_words = options
        director = self.launch_director()
        director.wait_output("Listening on")
        return director

    def launch_director(self, *prefix: str, **variables: str) -> Program:
        """Start the director, which may not get far; the prefix is a program that starts it."""
        listen = ("--listen", self.listen) if self.listen else ()
        program = str(PROGRAMS / "stepup")
        words = (*self.place, *prefix, program, "director", "--socket", self.socket, *listen, *self.director_words)
        self.director = self.folder.start_command(*words, **self.variables(""), **variables)
        return self.director

    def start_worker(self, name: str, *options: str, prefix: Sequence[str] = (), socket: str | None = None) -> Worker:
        """Start a worker, possibly on another host, and wait until the director knows it."""
        worker = self.add_worker(name, *options, prefix=prefix, socket=socket)
        self.wait_connected(name)
        return worker

    def add_worker(self, name: str, *options: str, prefix: Sequence[str] = (), socket: str | None = None) -> Worker:
        """Start a worker."""
        words = ("worker", "--name", name, "--root", str(self.folder.root), "--socket", socket or self.socket, *options)
        program = self._start(name, words, tuple(prefix))
        self.workers[name] = Worker(name, words, tuple(prefix), program)
        return self.workers[name]

    def start_member(self, name: str, address: str, *options: str, prefix: Sequence[str] = ()) -> Worker:
        """Invite a worker, let it join by TLS, and wait for it; a later one of that name comes by its certificate."""
        code = invite(self.socket, "worker", name, 60.0).code
        options = ("--workspace", str(self.run / f"workspace-{name}"), *options)
        program = self._start(name, ("worker", "join", address, code, *options), tuple(prefix))
        words = ("worker", "--director", address, "--name", name, *options)
        self.workers[name] = Worker(name, words, tuple(prefix), program)
        self.wait_connected(name)
        return self.workers[name]

    def revive(self, name: str) -> None:
        """Start a worker again if its program has ended."""
        worker = self.workers[name]
        if worker.program.process.poll() is not None:
            worker.program = self._start(name, worker.words, worker.prefix)

    def end_build(self, build: Program) -> Ended:
        """Wait for the end of a build, with workers that are started again when they end."""

        def has_ended() -> bool:
            for name in self.workers:
                self.revive(name)
            return build.process.poll() is not None

        wait_until(has_ended, "the build has ended", self.folder.story)
        return build.end()

    def _start(self, name: str, words: tuple[str, ...], prefix: tuple[str, ...]) -> Program:
        variables = self.variables(name)
        if not prefix:
            return self.folder.start(*words, **variables)
        return self.folder.start(*prefix[1:], "stepup", *words, program=prefix[0], **variables)

    def variables(self, worker: str) -> dict[str, str]:
        """Return what programs find in their environment."""
        return {
            "LEDGER": str(self.ledger_path),
            "WORK_S": str(self.work_s),
            "WORKER": worker or "-",
            "TMPDIR": str(self.run / "tmp"),
            "GATE": str(self.gate),
            "STEPUP_CREDENTIALS": str(self.run / f"credentials-{worker}"),
            **self.variables_more,
        }

    def start_helper(self, *words: str) -> None:
        """Start a program of the bench, which knows the tests."""
        self.helpers.append(subprocess.Popen(words, cwd=REPOSITORY, stdin=subprocess.DEVNULL))

    def build(self) -> Program:
        """Start a build."""
        return self.folder.start("build", "--no-progress", **self.variables(""))

    # Looking

    def status(self) -> dict[str, Any]:
        """Return what the director says of itself."""
        return self.folder.status()

    def status_of(self, name: str) -> dict[str, Any]:
        """Return what the director says of a worker; nothing when it does not know it."""
        workers: list[dict[str, Any]] = self.status()["workers"]
        return next((worker for worker in workers if worker["name"] == name), dict[str, Any]())

    def daemon(self, name: str) -> int:
        """Return the process of a worker that runs its steps."""
        return int(self.status_of(name)["pid"])

    def is_connected(self, name: str) -> bool:
        """Tell whether a worker has a stream, as far as the director knows."""
        return bool(self.status_of(name).get("connected"))

    def wait_connected(self, *names: str) -> None:
        """Wait until workers are in."""
        for name in names:
            wait_until(lambda name=name: self.is_connected(name), f"{name} is connected", self.folder.story)  # type: ignore[misc] # mypy does not know the type of a default

    def losses(self, name: str) -> int:
        """Return how often a worker has noticed that its director is out of reach."""
        return sum(record["event"] == "waiting for a director" for record in self.worker_log(name))

    def worker_log(self, name: str) -> list[dict[str, Any]]:
        """Return what a worker has logged."""
        homes = (self.folder.root / ".stepup", self.run / f"workspace-{name}")
        paths = [home / f"worker{name}.log" for home in homes]
        texts = [path.read_text() for path in paths if path.exists()]
        return [json.loads(line) for text in texts for line in text.splitlines() if line.endswith("}")]

    def ledger(self) -> Ledger:
        """Return what the steps have told so far."""
        lines = self.ledger_path.read_text().splitlines() if self.ledger_path.exists() else []
        words = [line.split() for line in lines]
        told = {kind: [(line[1], line[2]) for line in words if line[0] == kind] for kind in ("began", "ended")}
        return Ledger(told["began"], told["ended"])

    def wait_began(self, count: int, build: Program | None = None) -> None:
        """Wait until so many attempts have begun, or a build has ended."""

        def has_come() -> bool:
            return self.ledger().starts >= count or (build is not None and build.process.poll() is not None)

        wait_until(has_come, f"{count} attempts have begun", self.folder.story)

    # Ending

    def shut_down(self) -> None:
        """Let the director stop and the workers with it, after a look at what they hold (R-21)."""
        self.check_slots()
        self.check_descriptors()
        self.folder.shut_down()
        wait_until(
            lambda: not self.folder.left_processes(), "all have ended", lambda: str(self.folder.left_processes())
        )

    def check_slots(self) -> None:
        """Look whether all slots of all workers are free."""
        self.folder.wait_status(
            lambda status: not status["running"] and not any(int(one["holding"]) for one in status["workers"]),
            "all slots are free",
        )

    def check_descriptors(self) -> None:
        """Look whether some program still has open what belonged to a step: its process, its output, its files."""

        def left() -> dict[int, list[str]]:
            pids = [int(self.folder.note()["pid"])]
            pids += [int(worker["pid"]) for worker in self.status()["workers"] if worker["connected"]]
            return {pid: links for pid in pids if (links := [link for link in open_links(pid) if _STEPS.search(link)])}

        wait_until(lambda: not left(), "nothing of a step is open", lambda: str(left()))

    def judge(self) -> Ledger:
        """Compare with what a build without faults makes, and look at what is left; return the ledger."""
        assert self.published(self.folder.root) == self._expected()
        self.check_database()
        assert sorted(path.name for path in (self.run / "tmp").iterdir()) == [], "temporary files are left"
        return self.ledger()

    def published(self, root: Path) -> dict[str, bytes]:
        """Return all files of a project but those of StepUp itself."""
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not {".stepup", "__pycache__"}.intersection(path.parts)
        }

    def _expected(self) -> dict[str, bytes]:
        """Build the same project without faults, in one process."""
        root, around = self.run / "oracle", self.run / "oracle-around"
        root.mkdir()
        around.mkdir()
        oracle = Folder(root, around)
        self.write_project(oracle)
        variables = {"LEDGER": str(around / "ledger"), "WORK_S": "0", "WORKER": "oracle", "GATE": str(around)}
        oracle.run("build", **variables).checked()
        oracle.close()
        return self.published(root)

    def check_database(self) -> None:
        """Look whether what is stored is whole and follows its rules."""
        path = self.folder.root / ".stepup/graph.db"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        director = Director(DirectorSettings(root=str(self.folder.root)), {})
        director.restore(load(str(path)), 0.0)
        director.handle((), 0.0)
        check(director)


@contextmanager
def ordeal_of(
    folder: Folder,
    *,
    width: int = 4,
    depth: int = 4,
    work_s: float = 0.05,
    gated: bool = False,
    more: Callable[[Folder], str] | None = None,
) -> Generator[Ordeal]:
    """Return a project of a certain shape, written."""
    run = Path(tempfile.mkdtemp(prefix="ordeal-", dir="/tmp"))
    (run / "tmp").mkdir()
    ordeal = Ordeal(folder, run, width, depth, work_s, more)
    if not gated:
        ordeal.gate.touch()
    try:
        ordeal.write_project()
        yield ordeal
    finally:
        for helper in ordeal.helpers:
            helper.kill()
            helper.wait()
        shutil.rmtree(run, ignore_errors=True)


def send_signal(pid: int, number: signal.Signals) -> bool:
    """Send a signal to a process of ours; tell whether it was there."""
    with suppress(ProcessLookupError):
        if is_alive(pid):
            os.kill(pid, number)
            return True
    return False
