#!/usr/bin/env python3
"""Independent `cp in/i.txt out/i.txt` steps from one plan: ours beside ninja and StepUp 4, in turn, in one run.

Prints medians of whole commands, cold and with nothing to do. Run it by `make bench-main-job`, which makes the
environments of the others; nothing else should load the machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ()

PLAN = """\
#!/usr/bin/env python3
from stepup.core.api import static, step

static([f"in/{{i}}.txt" for i in range({steps})])
for i in range({steps}):
    step(f"cp in/{{i}}.txt out/{{i}}.txt", inp=[f"in/{{i}}.txt"], out=[f"out/{{i}}.txt"])
"""


@dataclass(frozen=True)
class Tool:
    """A build tool and how to start it."""

    name: str
    command: tuple[str, ...]
    write_plan: Callable[[Path, int], None]
    remains: tuple[str, ...]
    """What to remove for a cold build."""


def main() -> int:
    """Measure and print; return 1 when a build went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ninja", help="path of ninja")
    parser.add_argument("--stepup4", help="path of the `sb` of StepUp 4")
    chosen = parser.parse_args()
    tools = [Tool("ours", (shutil.which("sb") or "sb", "-j", "2"), write_plan, (".stepup", "out"))]
    if chosen.ninja:
        ninja = str(Path(chosen.ninja).absolute())
        tools.append(Tool("ninja", (ninja, "-j", "2"), write_ninja, (".ninja_log", ".ninja_deps", "out")))
    if chosen.stepup4:
        tools.append(
            Tool("StepUp 4", (str(Path(chosen.stepup4).absolute()), "-j", "2"), write_plan, (".stepup", "out"))
        )
    with tempfile.TemporaryDirectory(prefix="main-job-") as scratch:
        times = measure(tools, Path(scratch), chosen.steps, chosen.rounds)
    show(tools, times, chosen.steps, chosen.rounds)
    return 0


def write_plan(folder: Path, steps: int) -> None:
    """Write the plan of StepUp, which ours reads too."""
    path = folder / "plan.py"
    path.write_text(PLAN.format(steps=steps))
    path.chmod(0o755)


def write_ninja(folder: Path, steps: int) -> None:
    """Write the same for ninja."""
    rule = "rule cp\n  command = cp $in $out\n"
    builds = (f"build out/{i}.txt: cp in/{i}.txt\n" for i in range(steps))
    (folder / "build.ninja").write_text(rule + "".join(builds))


def measure(tools: list[Tool], scratch: Path, steps: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Run all tools in turn, cold and again; return wall times in seconds by tool and kind."""
    times: dict[tuple[str, str], list[float]] = {}
    for tool in tools:
        (scratch / tool.name / "in").mkdir(parents=True)
        for i in range(steps):
            (scratch / tool.name / f"in/{i}.txt").write_text(f"{i}\n")
        tool.write_plan(scratch / tool.name, steps)
    for _ in range(rounds):
        for tool in tools:
            folder = scratch / tool.name
            for name in tool.remains:
                remove(folder / name)
            times.setdefault((tool.name, "cold"), []).append(run(tool, folder))
            if len(list((folder / "out").iterdir())) != steps:
                sys.exit(f"{tool.name} has not built everything")
            times.setdefault((tool.name, "again"), []).append(run(tool, folder))
    return times


def remove(path: Path) -> None:
    """Remove a file or a directory, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run(tool: Tool, folder: Path) -> float:
    """Run a tool and return its wall time in seconds."""
    path = f"{Path(tool.command[0]).parent}:{os.environ['PATH']}"
    begin = time.perf_counter()
    done = subprocess.run(
        tool.command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    elapsed = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"{tool.name} exited with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return elapsed


def show(tools: list[Tool], times: dict[tuple[str, str], list[float]], steps: int, rounds: int) -> None:
    """Print medians, ranges and ratios to the first tool."""
    print(f"{steps} steps `cp in/i.txt out/i.txt`, -j 2, {os.cpu_count()} cores")
    print(f"medians of {rounds} rounds [min..max] in s")
    for kind in ("cold", "again"):
        ours = statistics.median(times[tools[0].name, kind])
        for tool in tools:
            values = times[tool.name, kind]
            median = statistics.median(values)
            ratio = "" if tool is tools[0] else f"  ours / {tool.name}: {ours / median:.2f}"
            print(f"  {kind:<6} {tool.name:<9} {median:7.3f}  [{min(values):.3f}..{max(values):.3f}]{ratio}")


if __name__ == "__main__":
    sys.exit(main())
