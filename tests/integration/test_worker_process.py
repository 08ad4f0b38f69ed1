"""The worker as a process, with real steps, under a director that only hands out work."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pytest

from stepup_proto.v1 import dispatch_pb2, types_pb2
from tests.support.fake_director import FakeDirector, assignment, exit_code_of

SCRIPT = "#!/usr/bin/env python3\n"
WORKER_S_MAX = 20


class Fields(TypedDict, total=False):
    """What a step may be given besides its command."""

    workdir: str
    shell: bool
    inputs: Iterable[types_pb2.FileObservation]
    outputs: Iterable[str]
    environment: dict[str, str]


class Site:
    """A root with a director and a worker."""

    def __init__(self, root: Path, director: FakeDirector, worker: subprocess.Popen[bytes]) -> None:
        self.root = root
        self.director = director
        self.worker = worker

    @property
    def daemon(self) -> int:
        """The worker's own process, behind its guardian."""
        return self.director.statements[0].worker.pid

    def script(self, name: str, text: str, first_line: str = SCRIPT) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(first_line + text)
        path.chmod(0o755)

    async def run(self, *assignments: dispatch_pb2.Assignment) -> list[dispatch_pb2.AttemptResult]:
        return await self.director.wait_results(self.director.order(assignments))

    async def run_one(self, command: str, **fields: Unpack[Fields]) -> dispatch_pb2.AttemptResult:
        (result,) = await self.run(assignment(command, **fields))
        return result

    async def wait_end(self) -> int:
        return await asyncio.to_thread(self.worker.wait, WORKER_S_MAX)

    async def wait_line(self, name: str) -> int:
        """Wait until a step has written a number to a FIFO, and return it."""
        text = await asyncio.to_thread((self.root / name).read_text)
        return int(text)


@contextlib.asynccontextmanager
async def a_site(root: Path, *options: str, slots: int = 2) -> AsyncGenerator[Site, None]:
    async with FakeDirector(f"{root}/socket") as director:
        worker = start_worker(root, "--socket", director.path, "-j", str(slots), *options)
        try:
            await director.wait(lambda: bool(director.statements))
            yield Site(root, director, worker)
            director.dismiss()
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()


def start_worker(root: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "stepup_worker", "--root", str(root), "--name", "0", *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ | {"MARK": "own"})


def run(test: Callable[[Site], Coroutine[Any, Any, None]], root: Path, *options: str, slots: int = 2) -> None:
    """Run a test in a loop of its own, with a site."""

    async def within() -> None:
        async with a_site(root, *options, slots=slots) as site:
            await test(site)

    asyncio.run(within())


def seen(path: Path, name: str) -> types_pb2.FileObservation:
    found = path.stat()
    return types_pb2.FileObservation(
        path=name,
        kind=types_pb2.PATH_KIND_FILE,
        hash=types_pb2.FileHash(
            digest=hashlib.sha256(path.read_bytes()).digest(),
            mode=found.st_mode,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            inode=found.st_ino,
        ),
    )


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def wait_dead(*pids: int) -> None:
    async with asyncio.timeout(10):
        for pid in pids:
            await asyncio.to_thread(wait_dead_in_thread, pid)


def wait_dead_in_thread(pid: int) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    assert poll.poll(9000), f"process {pid} still lives"
    os.close(pidfd)


def test_two_hundred_small_steps_and_a_clean_leave(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        (site.root / "in.txt").write_text("content")
        copies = [assignment(f"cp in.txt out/{i}.txt", outputs=[f"out/{i}.txt"]) for i in range(100)]
        results = await site.run(*(assignment("true") for _ in range(100)), *copies)
        assert {exit_code_of(result) for result in results} == {0}
        (output,) = results[-1].outputs
        assert output.hash.digest == hashlib.sha256(b"content").digest()
        assert results[0].wall_s > 0
        assert results[0].rss_bytes_max > 0
        assert site.director.started == [(i, i) for i in range(1, 201)]

    run(test, tmp_path)
    records = [json.loads(line) for line in (tmp_path / ".stepup/worker0.log").read_text().splitlines()]
    assert [record["event"] for record in records if record["level"] == "info"][-1] == "leaving"


def test_how_a_step_ends_and_what_it_says_is_reported(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        assert exit_code_of(await site.run_one("sh -c 'exit 7'")) == 7
        assert (await site.run_one("sh -c 'kill -TERM $$'")).signal == signal.SIGTERM
        result = await site.run_one("echo $MARK; echo $HERE $ROOT >&2", shell=True, workdir="sub/")
        assert (result.stdout, result.stderr) == (b"own\n", b"sub/ ../\n")
        assert (await site.run_one("cat")).stdout == b"", "standard input is empty"
        (output,) = (await site.run_one("true", outputs=["deep/er/out.txt"])).outputs
        assert output.kind == types_pb2.PATH_KIND_MISSING
        assert (site.root / "deep/er").is_dir()
        large = await site.run_one("head -c 3000000 /dev/zero")
        assert 2**20 < len(large.stdout) < 2**20 + 100
        assert b"of 3000000 bytes" in large.stdout

    run(test, tmp_path)


def test_what_cannot_be_started_is_explained(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        (site.root / "plan.py").write_text(SCRIPT)
        (site.root / "file").write_text("")
        commands = {
            "./plan.py": "./plan.py is not executable: chmod +x plan.py",
            "./none.sh": "./none.sh cannot be executed: No such file",
            "nonesuch": "nonesuch was not found in PATH",
            "echo 'a": "cannot be split into words: no closing '",
            "echo " + "x" * 200_000: "arguments and environment are too long",
        }
        for command, words in commands.items():
            assert words in (await site.run_one(command)).not_started
        assert "cannot be made" in (await site.run_one("true", workdir="file/sub")).not_started

    run(test, tmp_path)


def test_inputs_are_compared_before_and_after(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        path = site.root / "in.txt"
        path.write_text("one")
        inputs = [seen(path, "in.txt")]
        os.utime(path, ns=(1, 1))
        assert exit_code_of(await site.run_one("true", inputs=inputs)) == 0
        during = await site.run_one("sh -c 'echo two > in.txt'", inputs=inputs)
        assert exit_code_of(during) == 0
        assert [changed.path for changed in during.changed_inputs] == ["in.txt"]
        before = await site.run_one("touch ran", inputs=inputs)
        assert "The input in.txt changed before the step could start" in before.not_started
        assert [changed.hash.size for changed in before.changed_inputs] == [4]
        path.unlink()
        assert "vanished" in (await site.run_one("touch ran", inputs=inputs)).not_started
        assert not (site.root / "ran").exists()

    run(test, tmp_path)


def test_python_scripts_run_warm_and_as_python_runs_them(tmp_path: Path) -> None:
    text = """
import atexit, os, sys
atexit.register(print, "at exit")
import beside
print(__name__, __file__ == os.getcwd() + "/./x.py", sys.argv, sys.path[0] == os.getcwd(), beside.X)
print(os.environ["STEPUP_JOB_I"], os.environ["MARK"], os.environ["EXTRA"], os.getsid(0) == os.getpid())
print(sorted(os.listdir("/proc/self/fd"))[:4] == ["0", "1", "2", "3"], len(os.listdir("/proc/self/fd")))
print([(f.name, f.mode, f.encoding) for f in (sys.stdin, sys.stdout, sys.stderr)])
print(sys.stdin.read() == "", "stepup_worker.run.script" in sys.modules, sys.modules["__main__"].__file__ == __file__)
sys.exit(len(sys.argv))
"""

    async def test(site: Site) -> None:
        site.script("sub/x.py", text)
        (site.root / "sub/beside.py").write_text("X = 5\n")
        result = await site.run_one("./x.py 'a b'", workdir="sub", environment={"EXTRA": "e"})
        assert result.stdout.decode().splitlines() == [
            "__main__ True ['./x.py', 'a b'] True 5",
            "1 own e True",
            "True 4",
            "[('<stdin>', 'r', 'utf-8'), ('<stdout>', 'w', 'utf-8'), ('<stderr>', 'w', 'utf-8')]",
            "True True True",
            "at exit",
        ]
        assert (exit_code_of(result), result.stderr) == (2, b"")

    run(test, tmp_path)


def outcome_of(result: dispatch_pb2.AttemptResult) -> tuple[int, bytes, bytes]:
    code = -result.signal if result.WhichOneof("end") == "signal" else exit_code_of(result)
    return code, result.stdout, result.stderr


ENDINGS = {
    "exit_string": "import sys\nsys.exit('sorry')\n",
    "exit_none": "raise SystemExit\n",
    "exit_large": "raise SystemExit(259)\n",
    "raise": "def f():\n    return 1 / 0\nf()\n",
    "syntax": "print('x'\n",
    "chained": "try:\n    {}[1]\nexcept KeyError as e:\n    raise ValueError('v') from e\n",
    "hook": "import sys\nsys.excepthook = lambda t, e, tb: print('hook', t.__name__, tb.tb_lineno)\n{}[1]\n",
    "broken_hook": "import sys\nsys.excepthook = 3\n{}[1]\n",
    "interrupt": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n",
    "term": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "thread": "import threading\nt = threading.Timer(0.05, print, ['late'])\nt.start()\nprint('early')\n",
    "os_exit": "import os\nprint('lost')\nos._exit(4)\n",
    "pipe": "import os, subprocess\nprint(subprocess.run('exit 3', shell=True).returncode)\n",
    "finalize": "import tempfile, os\nd = tempfile.TemporaryDirectory()\nd._finalizer.atexit = True\nprint('é')\n",
    "logging": "import logging\nlogging.warning('careful')\n",
    "recursion": "def f():\n    f()\ntry:\n    f()\nexcept RecursionError:\n    print('deep')\n",
    "fork": "import multiprocessing as m\ndef f(x):\n    return x + 1\n"
    "if __name__ == '__main__':\n    with m.Pool(2) as p:\n        print(p.map(f, [1, 2]))\n",
    "spawn": "import multiprocessing as m\ndef f(x):\n    return x + 1\n"
    "if __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as p:\n        print(p.map(f, [1, 2]))\n",
}


def test_python_scripts_end_as_python_ends_them(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        for name, text in ENDINGS.items():
            site.script(f"ends_by_{name}.py", text)
        results = await site.run(*(assignment(f"./ends_by_{name}.py") for name in ENDINGS))
        for name, result in zip(ENDINGS, results, strict=True):
            cold = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, f"./ends_by_{name}.py"],
                cwd=site.root,
                capture_output=True,
                check=False,
            )
            assert outcome_of(result) == (cold.returncode, cold.stdout, cold.stderr), name

    run(test, tmp_path)


def test_scripts_start_cold_when_they_set_what_python_reads_at_its_start(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script("x.py", "import sys\nprint('stepup_worker' in sys.modules, 'extra' in sys.path[1])\n")
        result = await site.run_one("./x.py", environment={"PYTHONPATH": "/extra"})
        assert result.stdout == b"False True\n"

    run(test, tmp_path)


def test_scripts_run_even_without_the_fork_server(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script("ppid.py", "import os\nprint(os.getppid(), flush=True)\n")
        site.script("stay.py", "import os\nopen('fifo', 'w').write(str(os.getpid()))\nimport time\ntime.sleep(60)\n")
        os.mkfifo(site.root / "fifo")
        server = int((await site.run_one("./ppid.py")).stdout)
        assert server != site.daemon
        (key,) = site.director.order([assignment("./stay.py")])
        script = await site.wait_line("fifo")
        os.kill(server, signal.SIGKILL)
        (result,) = await site.director.wait_results([key])
        assert result.signal == signal.SIGKILL
        await wait_dead(script)
        assert int((await site.run_one("./ppid.py")).stdout) == site.daemon

    run(test, tmp_path)


def test_attempts_are_interrupted_killed_and_forgotten(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script(
            "stay.py",
            "import os, time\nopen('fifo1', 'w').write(str(os.getpid()))\n"
            "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    raise SystemExit(5)\n",
        )
        for name in ("fifo1", "fifo2", "fifo3"):
            os.mkfifo(site.root / name)
        stay = "trap '' INT; echo $$ > {}; sleep 60; true"
        keys = site.director.order(
            [
                assignment("./stay.py"),
                assignment(stay.format("fifo2"), shell=True),
                assignment(stay.format("fifo3"), shell=True),
            ]
        )
        pids = [await site.wait_line(name) for name in ("fifo1", "fifo2", "fifo3")]
        site.director.stop(keys[0], dispatch_pb2.Order.STOP_INTERRUPT)
        (result,) = await site.director.wait_results(keys[:1])
        assert exit_code_of(result) == 5
        site.director.stop(keys[1], dispatch_pb2.Order.STOP_KILL)
        (result,) = await site.director.wait_results(keys[1:2])
        assert result.signal == signal.SIGKILL
        site.director.forget(keys[2])
        await wait_dead(*pids)
        assert exit_code_of(await site.run_one("true")) == 0
        assert keys[2] not in site.director.results

    run(test, tmp_path, slots=3)


def test_results_are_said_again_after_the_director_was_away(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        director = site.director
        director.acknowledges = False
        (first,) = director.order([assignment("true")])
        await director.wait_results([first])
        os.mkfifo(site.root / "go")
        (second,) = director.order([assignment("cat go")])
        await director.wait(lambda: second in director.started)
        await director.close()
        count = len(director.statements)
        (site.root / "go").write_text("gone")
        director.acknowledges = True
        await director.open()
        (result,) = await director.wait_results([second])
        assert result.stdout == b"gone"
        assert first in director.repeated
        assert director.statements[count].worker.incarnation == director.statements[0].worker.incarnation

    run(test, tmp_path)


def test_nothing_survives_the_daemon(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "2")
            await director.wait(lambda: bool(director.statements))
            site = Site(tmp_path, director, worker)
            pids = await start_stayers(site)
            os.kill(site.daemon, signal.SIGKILL)
            assert await site.wait_end() == 128 + signal.SIGKILL
            assert not any(is_alive(pid) for pid in pids)

    asyncio.run(test())


def test_nothing_survives_the_guardian(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "2")
            await director.wait(lambda: bool(director.statements))
            site = Site(tmp_path, director, worker)
            pids = await start_stayers(site)
            worker.kill()
            await site.wait_end()
            await wait_dead(site.daemon, *pids)

    asyncio.run(test())


async def start_stayers(site: Site) -> list[int]:
    """Start steps that hide a process in a session of its own, with its parent gone; return all their pids."""
    for name in ("fifo1", "fifo2", "fifo3", "fifo4"):
        os.mkfifo(site.root / name)
    site.script(
        "stay.py",
        "import os, subprocess, time\n"
        "hidden = 'setsid sh -c \"echo \\\\$\\\\$ > fifo2; exec sleep 60\" &'\n"
        "subprocess.run(hidden, shell=True)\n"
        "open('fifo1', 'w').write(str(os.getpid()))\ntime.sleep(60)\n",
    )
    hide = "(setsid sh -c 'echo $$ > fifo4; exec sleep 60' &); trap '' INT TERM; echo $$ > fifo3; sleep 60; true"
    site.director.order([assignment("./stay.py"), assignment(hide, shell=True)])
    return list(await asyncio.gather(*(site.wait_line(f"fifo{i}") for i in (1, 2, 3, 4))))


def test_a_stopped_worker_interrupts_its_steps_and_reports_them(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "1")
            await director.wait(lambda: bool(director.statements))
            keys = director.order([assignment("sleep 60"), assignment("touch never")])
            await director.wait(lambda: keys[0] in director.started)
            worker.send_signal(signal.SIGINT)
            (result,) = await director.wait_results(keys[:1])
            assert result.signal == signal.SIGINT
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
            assert director.statements[-1].holding == []
            assert [statement.worker.slots for statement in director.statements if statement.HasField("worker")] == [
                1,
                0,
            ]
            assert not (tmp_path / "never").exists()

    asyncio.run(test())


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_worker_finds_its_director_through_the_root(tmp_path: Path, *, is_broken: bool) -> None:
    async def test() -> None:
        address = tmp_path / ".stepup/director.json"
        address.parent.mkdir()
        if is_broken:
            (tmp_path / "old").touch()
            address.write_text(json.dumps({"socket": f"{tmp_path}/old", "pid": 1}))
        worker = start_worker(tmp_path, "--log-format", "console")
        try:
            async with FakeDirector(f"{tmp_path}/new") as director:
                address.write_text(json.dumps({"socket": director.path, "pid": os.getpid()}))
                await director.wait(lambda: bool(director.statements))
                director.dismiss()
                assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()

    asyncio.run(test())


def test_a_worker_that_is_refused_says_why_and_ends(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket", refusal="another root is served here") as director:
            command = [sys.executable, "-m", "stepup_worker", "--root", str(tmp_path), "--socket", director.path]
            end = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, check=False, timeout=WORKER_S_MAX
            )
            assert end.returncode == 1
            assert b"ERROR: The director refuses this worker: another root is served here" in end.stderr

    asyncio.run(test())


EMBEDDED = """
import os, sys
from stepup_worker.__main__ import serve
from stepup_worker.settings import Settings
root, socket, ready, lifeline = sys.argv[1:]
os.close(0)
sys.exit(serve(Settings(root=root, slots=1, name="0", socket=socket, embedded=True,
                        ready_fd=int(ready), lifeline_fd=int(lifeline))))
"""


def start_embedded(root: Path, socket: str, ready: int, lifeline: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", EMBEDDED, str(root), socket, str(ready), str(lifeline)]
    return subprocess.Popen(command, pass_fds=(ready, lifeline))


def test_an_embedded_worker_waits_for_its_director_and_ends_with_its_lifeline(tmp_path: Path) -> None:
    async def test() -> None:
        ready, is_ready = os.pipe()
        lifeline, life = os.pipe()
        worker = start_embedded(tmp_path, f"{tmp_path}/socket", ready, lifeline)
        async with FakeDirector(f"{tmp_path}/socket") as director:
            os.close(is_ready)
            (key,) = director.order([assignment("sleep 60")])
            await director.wait(lambda: key in director.started)
            os.close(life)
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 128 + signal.SIGKILL
        os.close(ready)
        os.close(lifeline)

    asyncio.run(test())


def test_an_embedded_worker_ends_when_its_director_is_gone(tmp_path: Path) -> None:
    async def test() -> None:
        ready, is_ready = os.pipe()
        lifeline, life = os.pipe()
        worker = start_embedded(tmp_path, f"{tmp_path}/socket", ready, lifeline)
        async with FakeDirector(f"{tmp_path}/socket") as director:
            os.close(is_ready)
            (key,) = director.order([assignment("sh -c 'echo $$ > pid; mv pid pid2; exec sleep 60'")])
            await director.wait(lambda: key in director.started)
        assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 1
        for fd in (ready, lifeline, life):
            os.close(fd)

    asyncio.run(test())
