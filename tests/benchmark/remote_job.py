"""Steps on two workers that share nothing with the director: beside the same steps here, and beside Dask distributed.

The workers have workspaces of their own and speak TLS on the loopback; those of Dask share a file system.
Then one large file in, and one out. Prints medians of whole commands. Run it by `make bench-remote`; nothing else
should load the machine.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.deadline import wait_until

__all__ = ()

STEPUP = shutil.which("stepup") or "stepup"
MIB = 1024 * 1024

PLAN = """\
#!/usr/bin/env python3
from stepup.core.api import static, step

static([f"in/{{i}}.txt" for i in range({steps})])
for i in range({steps}):
    step(f"cp in/{{i}}.txt out/{{i}}.txt", inp=[f"in/{{i}}.txt"], out=[f"out/{{i}}.txt"])
"""

DASK = """\
import subprocess, sys, time
from dask.distributed import Client, LocalCluster

def copy(i):
    subprocess.run(["cp", f"in/{i}.txt", f"out/{i}.txt"], check=True)

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather(client.map(copy, range(2), pure=False))
        begin = time.perf_counter()
        client.gather(client.map(copy, range(int(sys.argv[1])), pure=False))
        print(time.perf_counter() - begin)
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dask", help="a Python that has Dask distributed")
    parser.add_argument("--mebibytes", type=int, default=2048, help="size of the large file; 0: none")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="remote-job-") as scratch:
        times = measure(Path(scratch), chosen.steps, chosen.rounds, chosen.dask)
        print(f"{chosen.steps} steps `cp in/i.txt out/i.txt`, {os.cpu_count()} cores, medians [min..max] in s")
        for name, values in times.items():
            print(f"  {name:<42} {statistics.median(values):7.3f}  [{min(values):.3f}..{max(values):.3f}]")
        if chosen.mebibytes:
            for name, speeds in move_large(Path(scratch), chosen.mebibytes, chosen.rounds).items():
                print(f"  {name:<42} {statistics.median(speeds):7.0f} MB/s  [{min(speeds):.0f}..{max(speeds):.0f}]")
    return 0


def measure(scratch: Path, steps: int, rounds: int, dask: str | None) -> dict[str, list[float]]:
    """Run all in turn, cold each time."""
    times: dict[str, list[float]] = {}
    for number in range(rounds):
        local = make_project(scratch / f"local{number}", steps)
        times.setdefault("ours, on this machine, -j 2", []).append(timed(["build", "-j", "2"], local))
        shared = make_project(scratch / f"remote{number}", steps)
        with two_workers(shared, scratch / f"workspaces{number}"):
            times.setdefault("ours, two own-workspace workers over TLS", []).append(timed(["build"], shared))
        check(shared, steps)
        if dask:
            folder = make_project(scratch / f"dask{number}", steps)
            (folder / "out").mkdir()
            (folder / "job.py").write_text(DASK)
            done = run([dask, "job.py", str(steps)], folder)
            times.setdefault("Dask distributed, shared file system", []).append(float(done.split()[-1]))
            check(folder, steps)
    return times


def make_project(folder: Path, steps: int) -> Path:
    """Make a project with its inputs."""
    (folder / "in").mkdir(parents=True)
    for i in range(steps):
        (folder / f"in/{i}.txt").write_text(f"{i}\n")
    write_plan(folder, PLAN.format(steps=steps))
    return folder


def write_plan(folder: Path, text: str) -> None:
    """Write a plan."""
    (folder / "plan.py").write_text(text)
    (folder / "plan.py").chmod(0o755)


def check(folder: Path, steps: int) -> None:
    """Stop when something is missing."""
    if len(list((folder / "out").iterdir())) != steps:
        sys.exit(f"{folder} is not complete")


@contextmanager
def two_workers(project: Path, workspaces: Path) -> Generator[None]:
    """Keep a director with two workers, each of which has joined by TLS and has a workspace of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    director = start(["director", "--listen", f"127.0.0.1:{port}", "--log-format", "json"], project, workspaces)
    workers: list[subprocess.Popen[bytes]] = []
    try:
        wait_until((project / ".stepup/director.json").exists, "the director listens")
        for number in range(2):
            line = shlex.split(run([STEPUP, "director", "invite"], project))[1:]
            words = [*line, "--workspace", str(workspaces / str(number)), "--log-format", "json", "-j", "1"]
            workers.append(start(words, workspaces, workspaces))
        wait_until(lambda: run([STEPUP, "status"], project).count("finished") == len(workers), "the workers are there")
        yield
    finally:
        for program in workers:
            program.terminate()
        run([STEPUP, "shutdown"], project)
        for program in (director, *workers):
            program.wait()


def start(words: list[str], folder: Path, workspaces: Path) -> subprocess.Popen[bytes]:
    """Start one of our programs."""
    workspaces.mkdir(exist_ok=True)
    environment = {**os.environ, "STEPUP_CREDENTIALS": str(workspaces / "credentials")}
    return subprocess.Popen(
        [STEPUP, *words], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def timed(words: list[str], folder: Path) -> float:
    """Run a command and return its wall time in seconds."""
    begin = time.perf_counter()
    run([STEPUP, *words], folder)
    return time.perf_counter() - begin


def run(words: list[str], folder: Path) -> str:
    """Run a command that succeeds, and return what it prints."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words} exited with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


LARGE = {
    "nothing moved": 'run("true", out=[])',
    "a large file in": 'static("large.bin"); run("true", inp="large.bin", out=[])',
    "a large file out": 'run("ln {source} out.bin", out="out.bin")',
}


def move_large(scratch: Path, mebibytes: int, rounds: int) -> dict[str, list[float]]:
    """Let one large file travel to a worker, and another one back; return MB/s beyond what an empty build takes."""
    source = scratch / "large.bin"
    with source.open("wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(MIB))
    speeds: dict[str, list[float]] = {}
    for number in range(rounds):
        seconds: dict[str, float] = {}
        for name, line in LARGE.items():
            folder = scratch / f"large{number}-{name.replace(' ', '-')}"
            folder.mkdir()
            os.link(source, folder / "large.bin")
            text = line.format(source=source)
            write_plan(folder, f"#!/usr/bin/env python3\nfrom stepup.core.api import run, static\n{text}\n")
            with two_workers(folder, scratch / f"{folder.name}-workspaces"):
                seconds[name] = timed(["build"], folder)
            shutil.rmtree(folder)
            shutil.rmtree(scratch / f"{folder.name}-workspaces")
        for name in list(LARGE)[1:]:
            moved = mebibytes * MIB / 1e6
            speeds.setdefault(f"{name}, {mebibytes} MiB", []).append(moved / (seconds[name] - seconds["nothing moved"]))
    return speeds


if __name__ == "__main__":
    sys.exit(main())
