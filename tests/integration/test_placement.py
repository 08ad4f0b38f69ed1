"""Real workers that differ: labels, resources, versions, roots; and what people are told about them."""

from __future__ import annotations

import json
import shutil
import signal

import pytest

from tests.support.ordeal import send_signal
from tests.support.project_folder import Folder, Program
from tests.support.versions import start_program_as_version


@pytest.fixture(name="site")
def site_with_director(folder: Folder) -> Folder:
    """Return a project with a director."""
    folder.plan('static("in.txt")')
    folder.write("in.txt")
    folder.start("director").wait_output("Listening on")
    return folder


def start_worker(site: Folder, name: str, *options: str) -> Program:
    """Start a worker and wait until the director knows it."""
    worker = site.start("worker", "--name", name, *options)
    site.wait_status(
        lambda status: any(one["name"] == name and one["connected"] for one in status["workers"]), f"{name} is there"
    )
    return worker


def shut_down(site: Folder) -> None:
    """Stop the director and its workers."""
    site.shut_down()


def test_steps_run_where_they_fit_and_status_says_why_others_wait(site: Folder) -> None:
    site.plan(
        'run("cat gate1.fifo > one", shell=True, out="one", resources={"gpu": 2})\n'
        'run("echo two > two", shell=True, out="two", resources={"gpu": 1})\n'
        'run("hostname > west", shell=True, out="west", where="zone == \'west\' and cpus >= 1")\n'
    )
    site.run_shell("mkfifo gate1.fifo")
    start_worker(site, "plain", "-j", "2")
    start_worker(site, "big", "-j", "2", "--resource", "gpu=2", "--label", "fast", "--memory", "16G")
    build = site.start("build")
    build.wait_output("START │ cat gate1.fifo")
    status = site.wait_status(lambda status: len(status["waiting"]) == 2, "two steps wait for two reasons")
    texts = sorted(one["text"] for one in status["waiting"])
    assert texts[0] == "it waits for 1 of gpu on big, held by cat gate1.fifo > one"
    assert texts[1].startswith("no worker matches where=\"zone == 'west' and cpus >= 1\"; nearest: ")
    big = next(one for one in status["workers"] if one["name"] == "big")
    assert (big["resources"], big["resources_held"], big["labels"]) == ({"gpu": 2}, {"gpu": 2}, {"fast": ""})
    assert int(big["memory_bytes"]) == 16 << 30
    assert "2 of 2 gpu held" in site.run("status").checked().output
    site.write_fifo("gate1.fifo")
    build.wait_output("hostname > west has to wait: no worker matches where=")
    start_worker(site, "helper", "--label", "zone=west")
    build.end().checked()
    finished = {one["name"]: int(one["finished"]) for one in json.loads(site.run("worker", "list", "--json").output)}
    assert finished["helper"] == 1
    assert finished["big"] >= 2
    shut_down(site)


def test_a_worker_takes_nothing_more_after_its_time_or_a_signal(site: Folder) -> None:
    site.plan('run("cat a.fifo > a", shell=True, out="a")\nrun("cat b.fifo > b", shell=True, out="b")')
    site.run_shell("mkfifo a.fifo b.fifo")
    first = start_worker(site, "first", "-j", "1")
    build = site.start("build")
    build.wait_output("START │ cat a.fifo")
    send_signal(first.pid, signal.SIGUSR1)
    site.wait_status(lambda status: bool(status["workers"][0]["draining"]), "it drains")
    start_worker(site, "second")
    for name in "ab":
        build.wait_output(f"START │ cat {name}.fifo")
        site.write_fifo(f"{name}.fifo")
    assert build.end().checked().output.count("SUCCESS │ cat") == 2
    assert first.end().code == 0
    tired = site.start("worker", "--name", "tired", "--drain-after", "0.1")
    assert tired.end().code == 0
    shut_down(site)


@pytest.mark.parametrize(("version", "is_welcome"), [("0.2.0", True), ("0.3.0", False)])
def test_a_worker_of_another_version_is_refused_with_both_named(
    site: Folder, version: str, *, is_welcome: bool
) -> None:
    worker = start_program_as_version(site, version, "worker", "--name", "other")
    if is_welcome:
        site.wait_status(lambda status: status["workers"] != [], "it is there")
        assert site.status()["workers"][0]["version"] == version
        site.run("build").checked()
    else:
        assert worker.end().code == 1
        assert f"The director has version 0.1.0, the worker {version}: " in worker.errors
    shut_down(site)


def test_a_director_of_another_version_is_refused_by_its_worker(folder: Folder) -> None:
    folder.plan("")
    start_program_as_version(folder, "0.4.0", "director").wait_output("Listening on")
    worker = folder.start("worker").end()
    assert worker.code == 1
    assert "The director has version 0.4.0, the worker 0.1.0: " in worker.errors
    shut_down(folder)


def test_a_worker_that_sees_a_copy_of_the_project_is_refused(site: Folder) -> None:
    note = site.note()
    copy = site.around / "copy"
    shutil.copytree(site.root, copy, ignore=shutil.ignore_patterns("director.lock"))
    (copy / ".stepup/probe").write_text("0" * 32)
    worker = site.start("worker", "--root", str(copy), "--socket", note["socket"], "--name", "elsewhere").end()
    assert worker.code == 1
    assert f"This director serves {site.root}, not {copy}." in worker.errors
    assert "stepup worker --workspace DIR" in worker.errors
    shut_down(site)
