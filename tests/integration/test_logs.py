"""The logs for people, and what is shown only to those who want details."""

from __future__ import annotations

from tests.support.project_folder import Folder

__all__ = ()


def test_a_good_build_leaves_only_a_success_log_with_all_that_was_shown(folder: Folder) -> None:
    folder.plan('run("echo hello", out=[])')
    built = folder.build("--verbose")
    assert folder.read(".stepup/success.log") == built.output
    assert not folder.has(".stepup/fail.log")
    assert not folder.has(".stepup/warning.log")


def test_a_build_begins_with_no_logs_of_the_last_one(folder: Folder) -> None:
    folder.plan('run("false")')
    folder.build(code=36)
    assert "FAIL │ false" in folder.read(".stepup/fail.log")
    folder.write(".stepup/joblog.log", "of an older release")
    folder.plan('run("true")')
    folder.build()
    assert not folder.has(".stepup/fail.log")
    assert not folder.has(".stepup/joblog.log")
    assert folder.has(".stepup/director.log")


def test_two_workers_share_the_steps(folder: Folder) -> None:
    folder.run_shell("mkfifo here there")
    folder.plan('run("cat here")\nrun("cat there")')
    build = folder.start("build", "-j", "1", STEPUP_BUILD_WORKERS="2")
    folder.note()
    status = folder.wait_status(lambda status: status["steps"].get("RUNNING") == 2, "both steps run")
    assert [worker["holding"] for worker in status["workers"]] == [1, 1]
    folder.write_fifo("here")
    folder.write_fifo("there")
    ended = build.end().checked()
    assert ended.output.splitlines()[1:3] == ["DIRECTOR │ Launched worker 0", "DIRECTOR │ Launched worker 1"]
