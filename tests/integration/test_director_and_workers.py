"""A director and workers that stay: several of them share the steps of one build, and people talk to them."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from tests.support.processes import is_alive
from tests.support.project_folder import Folder, Program

TOOL = """\
from stepup.core.api import amend
import sys
source, target = sys.argv[1:]
amend(inp=source, out=target)
open(target, "w").write(open(source).read())
"""
ROOT_PLAN = """\
static("tool.py", "in.txt", "sub*/plan.py")
for i in range(4):
    plan("./plan.py", workdir=f"sub{i}")
for i in range(12):
    run(f"cp in.txt out/{i}.0", inp="in.txt", out=f"out/{i}.0")
    for j in range(3):
        run(f"cp out/{i}.{j} out/{i}.{j + 1}", inp=f"out/{i}.{j}", out=f"out/{i}.{j + 1}", optional=i % 3 == 0)
for i in range(4):
    run(f"./tool.py sub{i}/last.txt amended{i}.txt")
"""
SUB_PLAN = """\
run("cp ../out/3.2 first.txt", inp="../out/3.2", out="first.txt")
run("cp first.txt last.txt", inp="first.txt", out="last.txt", optional=True)
run("touch unneeded.txt", out="unneeded.txt", optional=True)
found = glob("*.md")
static(found)
"""


@pytest.fixture(name="site")
def site_with_director(folder: Folder) -> Folder:
    """Return a project with a director, and with many steps."""
    write_many_steps(folder)
    folder.start("director").wait_output("Listening on")
    return folder


def test_several_workers_share_a_build_and_its_graph_is_that_of_one(site: Folder) -> None:
    start_worker(site, "a", "-j", "4")
    start_worker(site, "b", "-j", "4")
    ended = site.run("build").checked()
    assert "Attached to " in ended.output
    assert len(ended.executed) > 50
    status = site.status()
    assert {worker["name"]: worker["connected"] for worker in status["workers"]} == {"a": True, "b": True}
    assert all(int(worker["finished"]) > 0 for worker in status["workers"])
    site.run("graph", "shared").checked()
    assert site.run("build").checked().executed == []
    site.run("join").checked()
    end_all(site)
    site.run("graph", "offline").checked()
    assert all(site.read(f"offline{name}") == site.read(f"shared{name}") for name in GRAPHS)
    assert graphs_of_one_worker(site) == {name: site.read(f"shared{name}") for name in GRAPHS}


def test_a_worker_that_comes_late_takes_part(site: Folder) -> None:
    site.plan('for name in "ab":\n    run(f"cat {name}.fifo", resources=name)\nrun("touch done", out="done")')
    site.run_shell("mkfifo a.fifo b.fifo")
    start_worker(site, "early")
    build = site.start("build", "-r", "a:1,b:1")
    build.wait_output("START │ cat")
    start_worker(site, "late")
    site.wait_status(lambda status: len(status["running"]) == 2, "both workers run a step")
    for name in "ab":
        site.write_fifo(f"{name}.fifo")
    build.end().checked()
    shut_down(site)


def test_steps_of_a_killed_worker_run_again_and_it_comes_back(site: Folder) -> None:
    site.plan(
        'run("echo $$ >> pids; test $(wc -l < pids) = 2 || exec sleep 600; touch done", out="done", shell=True)\n'
        'run("cp done copy", inp="done", out="copy")'
    )
    victim = start_worker(site, "victim")
    build = site.start("build")
    first = site.number("pids")
    daemon = int(site.status()["workers"][0]["pid"])
    start_worker(site, "heir")
    os.kill(daemon, signal.SIGKILL)
    ended = build.end().checked()
    assert "will run again" in ended.output
    assert not is_alive(first)
    assert site.has("copy")
    wait_successor(site, "victim", daemon)
    shut_down(site)
    # It was killed once, but ends as a worker does that its director has sent away.
    assert victim.end().code == 0


def test_a_worker_whose_name_is_taken_says_so_and_waits_until_it_is_free(site: Folder) -> None:
    first = start_worker(site, "a")
    pid = site.status()["workers"][0]["pid"]
    second = site.start("worker", "--name", "a")
    second.wait_output(f"Waiting: Another worker is connected under the name 'a' (pid {pid} on ")
    first.process.send_signal(signal.SIGINT)
    assert first.end().code == 0
    wait_successor(site, "a", int(pid))
    assert second.output.count("Waiting: ") == 1
    shut_down(site)


def test_a_step_goes_on_while_its_director_is_killed_and_followed_by_another(site: Folder) -> None:
    site.plan(
        'run("echo >> before; touch before.txt", out="before.txt", shell=True)\n'
        'run("echo $$ >> pids; cat fifo > x", inp="before.txt", out="x", shell=True)'
    )
    site.run_shell("mkfifo fifo")
    start_worker(site, "a")
    build = site.start("build")
    first = site.number("pids")
    old = site.note()
    os.kill(old["pid"], signal.SIGKILL)
    lost = build.end()
    assert (lost.code, "Lost the director" in lost.errors) == (1, True)
    site.start("director").wait_output("Listening on")
    assert site.note()["socket"] == old["socket"]
    site.wait_status(lambda status: len(status["running"]) == 1, "the worker has come back")
    again = site.start("build")
    site.write_fifo("fifo")
    again.end().checked()
    assert (len(site.lines("before")), site.lines("pids")) == (1, [str(first)])
    events = site.all_events()
    assert "2 of 3 step(s) had succeeded and are kept, 1 may still be running" in events
    assert site.has("x")
    shut_down(site)


def test_a_build_without_the_director_that_died_begins_nothing_that_its_workers_may_still_run(site: Folder) -> None:
    site.plan('run("echo $$ >> pids; cat fifo > x", out="x", shell=True)')
    site.run_shell("mkfifo fifo")
    start_worker(site, "a")
    build = site.start("build")
    first = site.number("pids")
    old = site.note()
    os.kill(old["pid"], signal.SIGKILL)
    build.end()
    refused = site.run("build")
    assert refused.code == 1
    assert "1 step (echo $$ >> pids; cat fifo > x) may still be running on workers (a)" in refused.errors
    assert "'stepup director'" in refused.errors
    assert (refused.errors.count("\n"), site.note()) == (1, old)
    # A note may be lost; the database is not.
    (site.root / ".stepup/director.json").unlink()
    assert "may still be running on workers (a)" in site.run("build").errors
    site.write(".stepup/director.json", json.dumps(old))
    site.start("director").wait_output("Listening on")
    site.wait_status(lambda status: len(status["running"]) == 1, "the worker has come back")
    again = site.start("build")
    site.write_fifo("fifo")
    again.end().checked()
    assert site.lines("pids") == [str(first)]
    shut_down(site)


def test_a_planner_that_was_without_a_director_for_too_long_is_replaced(folder: Folder) -> None:
    site = folder
    site.start("director", "--lease", "1").wait_output("Listening on")
    site.plan(
        "import os\n"
        'with open("pids", "a") as stream: print(os.getpid(), file=stream)\n'
        'if len(open("pids").readlines()) == 1: open("fifo").read()\n'
        'run("touch x", out="x")'
    )
    site.run_shell("mkfifo fifo")
    start_worker(site, "a")
    build = site.start("build")
    first = site.number("pids")
    os.kill(site.note()["pid"], signal.SIGKILL)
    build.end()
    wait_until(lambda: not is_alive(first), "its worker has given up")
    site.start("director").wait_output("Listening on")
    site.run("build").checked()
    assert len(site.lines("pids")) == 2
    assert site.has("x")
    shut_down(site)


def test_people_can_look_at_a_build_and_stop_it_step_by_step(site: Folder) -> None:
    site.plan('run("cat fifo")\nrun("true", inp="plan.py")')
    site.run_shell("mkfifo fifo")
    start_worker(site, "a")
    build = site.start("build")
    status = site.wait_status(
        lambda status: bool(status["running"]) and status["running"][0]["label"] == "cat fifo", "cat"
    )
    assert status["phase"] == "build"
    assert status["root"] == str(site.root)
    text = site.run("status").checked().output
    assert "on worker" in text
    assert "cat fifo" in text
    site.run("drain").checked()
    wait = site.start("wait")
    site.write_fifo("fifo")
    assert build.end().code == 32
    wait.end().checked()
    site.run("rebuild").checked()
    site.run("wait").checked()
    assert site.status()["steps"] == {"SUCCEEDED": 3}
    shut_down(site)
    offline = json.loads(site.run("status", "--json").checked().output)
    assert (offline["phase"], offline["steps"]) == ("no director", {"SUCCEEDED": 3})


def test_a_director_that_is_told_three_times_kills_the_steps(site: Folder) -> None:
    site.plan("run(\"trap '' INT; echo $$ > pid; sleep 600; true\", shell=True)")
    start_worker(site, "a")
    build = site.start("build")
    step = site.number("pid")
    for _ in range(3):
        assert is_alive(step)
        site.run("shutdown").checked()
    assert build.end().code & 2
    end_all(site)
    assert not is_alive(step)


def test_a_build_without_workers_says_what_is_missing_and_can_be_left(site: Folder) -> None:
    build = site.start("build")
    build.wait_output("No worker is connected. Start one in another terminal: stepup worker")
    build.process.send_signal(signal.SIGINT)
    ended = build.end()
    assert ended.code == 2
    assert "Detached" in ended.output
    start_worker(site, "a")
    site.run("wait").checked()
    assert site.has("out/1.3")
    shut_down(site)


def test_a_root_has_one_director_and_names_it(site: Folder) -> None:
    note = site.note()
    second = site.run("director")
    assert second.code == 1
    assert f"(pid {note['pid']}, socket {note['socket']}) serves {site.root} already" in second.errors
    shut_down(site)


def test_commands_find_a_director_through_the_root(site: Folder, tmp_path: Path) -> None:
    elsewhere = Folder(tmp_path, site.around, site.mark)
    status = elsewhere.run("status", STEPUP_ROOT=str(site.root)).checked().output
    assert status.splitlines()[1].split() == ["Root:", str(site.root)]
    shut_down(site)


GRAPHS = (".txt", "_provenance.dot", "_dependency.dot")


def graphs_of_one_worker(site: Folder) -> dict[str, str]:
    """Build the same plans from scratch with one slot, and return the graph."""
    for path in (".stepup", "out", *(f"sub{i}" for i in range(4)), *(f"amended{i}.txt" for i in range(4))):
        target = site.root / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    write_many_steps(site)
    site.build()
    site.run("graph", "single").checked()
    return {name: site.read(f"single{name}") for name in GRAPHS}


def write_many_steps(folder: Folder) -> None:
    """Write plans with chains, sub-plans, optional steps and steps that ask for more."""
    folder.write("in.txt", "content\n")
    folder.script("tool.py", TOOL)
    folder.plan(ROOT_PLAN)
    for i in range(4):
        folder.plan(SUB_PLAN, f"sub{i}/plan.py")
        folder.write(f"sub{i}/note.md")


def start_worker(site: Folder, name: str, *options: str) -> Program:
    """Start a worker and wait until the director knows it."""
    program = site.start("worker", "--name", name, *options)
    site.wait_status(
        lambda status: any(worker["name"] == name and worker["connected"] for worker in status["workers"]),
        f"{name} is in",
    )
    return program


def wait_successor(site: Folder, name: str, dead: int) -> None:
    """Wait until a worker is back after the death of its daemon; only then a director can send it away."""
    site.wait_status(
        lambda status: any(
            (worker["name"], worker["connected"]) == (name, True) and int(worker["pid"]) != dead
            for worker in status["workers"]
        ),
        f"{name} is back",
    )


def shut_down(site: Folder) -> None:
    """Stop the director, and with it its workers."""
    site.run("shutdown").checked()
    end_all(site)


def end_all(site: Folder) -> None:
    """Wait for the end of all programs; none of them may linger, and no socket."""
    for program in site.programs:
        program.end()
    wait_until(lambda: not site.left_processes(), "all have ended", lambda: str(site.left_processes()))
    assert not site.left_directories()
    assert not site.has(".stepup/director.json")
