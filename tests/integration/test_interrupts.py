"""Ctrl-C, signals and the terminal: steps end, nothing is left, the terminal is as before."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from tests.support.processes import is_alive
from tests.support.project_folder import Folder
from tests.support.terminal import Terminal, plain

INTERRUPTED = 2
STEP = 'run("echo before", out=[])\nrun("echo $$ > pid; exec sleep 600", shell=True)\n'
STUBBORN_STEP = "run(\"trap '' INT TERM; (setsid sleep 600 &); echo $$ > pid; sleep 600; sleep 600\", shell=True)\n"
PYTHON_STEP = 'static("tool.py")\nrun("./tool.py")\n'
TOOL = """\
import os, time, atexit
atexit.register(lambda: open("goodbye", "w").close())
open("pid", "w").write(f"{os.getpid()}\\n")
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_interrupts_the_steps(folder: Folder, number: signal.Signals) -> None:
    folder.plan(STEP)
    build = folder.start("build", "-j", "1")
    step = folder.number("pid")
    build.process.send_signal(number)
    ended = build.end()
    assert ended.code & INTERRUPTED
    assert not ended.code & 1
    assert "# exit=-2" in ended.page("Failed command")
    assert ended.output.endswith("See you!\n")
    assert_nothing_left(folder, step)
    folder.plan('run("echo before", out=[])\n')
    assert folder.build().executed == ["./plan.py"]


def test_a_python_step_ends_as_python_does_when_it_is_interrupted(folder: Folder) -> None:
    folder.script("tool.py", TOOL)
    folder.plan(PYTHON_STEP)
    build = folder.start("build", "-j", "1")
    step = folder.number("pid")
    build.process.send_signal(signal.SIGINT)
    ended = build.end()
    assert ended.code & INTERRUPTED
    assert "KeyboardInterrupt" in ended.page("Standard error")
    assert folder.has("goodbye")
    assert_nothing_left(folder, step)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_kills_steps_that_do_not_listen(folder: Folder, number: signal.Signals) -> None:
    folder.plan(STUBBORN_STEP)
    build = folder.start("build", "-j", "1")
    step = folder.number("pid")
    build.process.send_signal(number)
    folder.wait_status(lambda status: status["stopping"] == "LEVEL_INTERRUPT", "the director was told")
    assert is_alive(step)
    build.process.send_signal(number)
    ended = build.end()
    assert ended.code & INTERRUPTED
    assert "# exit=-9" in ended.page("Failed command")
    assert_nothing_left(folder, step)


@pytest.mark.parametrize("name", [".stepup", ".stepup/director.lock", ".stepup/director.json"])
def test_a_build_that_is_interrupted_while_it_starts_leaves_nothing(folder: Folder, name: str) -> None:
    folder.plan(STEP)
    build = folder.start("build", "-j", "1")
    wait_until(lambda: folder.has(name), f"{name} is there")
    build.process.send_signal(signal.SIGINT)
    assert build.end().code & INTERRUPTED
    assert_nothing_left(folder)


def test_ctrl_c_in_a_terminal_ends_the_build_and_restores_the_terminal(folder: Folder) -> None:
    folder.plan(STEP)
    with Terminal(folder, "build", "-j", "1") as terminal:
        step = folder.number("pid")
        terminal.wait("Running steps 1")
        assert terminal.modes() != terminal.modes_before
        terminal.type("\x03")
        assert terminal.end() & INTERRUPTED
        assert terminal.modes() == terminal.modes_before
        # Progress was shown, and has been wiped out for good.
        assert "Running steps" not in terminal.text.rpartition("\x1b[J")[2]
        assert terminal.text.endswith("See you!\r\n")
    assert_nothing_left(folder, step)


def test_keys_explain_themselves_and_stop_a_build(folder: Folder) -> None:
    folder.plan('run("cat fifo")\nrun("true")')
    folder.run_shell("mkfifo fifo")
    with Terminal(folder, "build", "-j", "1") as terminal:
        terminal.wait("START │ cat fifo")
        terminal.type("?")
        terminal.wait("q  stop:")
        terminal.type("g")
        terminal.wait("KEYBOARD │ Writing graph.txt")
        folder.wait_for("graph.txt")
        terminal.type("q")
        terminal.wait("KEYBOARD │ Stopping.")
        folder.wait_status(lambda status: status["stopping"] == "LEVEL_DRAIN", "the director was told")
        folder.write_fifo("fifo")
        assert terminal.end() == 32
        assert terminal.modes() == terminal.modes_before
    assert_nothing_left(folder)


def test_keys_rebuild_and_end_a_build_that_watches(folder: Folder) -> None:
    folder.write("a.txt", "1\n")
    folder.plan('static("a.txt")\ncopy("a.txt", "b.txt")')
    with Terminal(folder, "build", "-j", "1", "-w", NO_COLOR="1") as terminal:
        terminal.wait("PHASE │ watch")
        folder.write("a.txt", "2\n")
        terminal.wait("UPDATED │ a.txt")
        terminal.type("r")
        terminal.wait("KEYBOARD │ Building what has changed.")
        wait_until(lambda: folder.read("b.txt") == "2\n", "it is built again")
        terminal.type("j")
        assert terminal.end() == 0
        assert terminal.modes() == terminal.modes_before
    assert_nothing_left(folder)


def test_progress_shows_seconds_slots_and_the_time_that_is_left(folder: Folder) -> None:
    folder.run_shell("mkfifo fifo")
    folder.plan('step("cat fifo", duration=1000.0)\nstep("true", duration=2000.0)')
    with Terminal(folder, "build", "-j", "1", columns=80) as terminal:
        terminal.wait("0 R │ cat fifo")
        terminal.wait("Running steps 1/1")
        terminal.wait("1 R │ cat fifo")
        terminal.wait("min left")
        folder.write_fifo("fifo")
        assert terminal.end() == 0
    assert_nothing_left(folder)


@pytest.mark.parametrize(
    ("command", "sign"),
    [("director", "Listening on"), ("worker", "director"), ("status", "Waiting for a director")],
)
def test_ctrl_c_ends_the_other_programs(folder: Folder, command: str, sign: str) -> None:
    with Terminal(folder, command) as terminal:
        terminal.wait(sign)
        terminal.type("\x03")
        assert terminal.end() in {0, INTERRUPTED}
        assert "Traceback" not in terminal.text
    assert_nothing_left(folder)


def test_a_terminal_gets_colours_unless_it_does_not_want_them(folder: Folder) -> None:
    folder.plan("run(\"echo '\\x1b[31mred\\x1b[0m'\")")
    with Terminal(folder, "build", "-j", "1", "--no-progress") as terminal:
        assert terminal.end() == 0
        assert "\x1b[34m   START\x1b[0m │ ./plan.py\r\n" in terminal.text
        assert "\x1b[32m SUCCESS\x1b[0m │ ./plan.py\r\n" in terminal.text
    (folder.root / "plan.py").write_text(folder.read("plan.py") + "\n")
    with Terminal(folder, "build", "-j", "1", "--no-progress", NO_COLOR="1") as terminal:
        assert terminal.end() == 0
        assert "   START │ ./plan.py\r\n" in terminal.text
        assert "\x1b" not in terminal.text


def test_what_steps_write_cannot_move_the_cursor(folder: Folder) -> None:
    folder.plan("run(\"printf '\\\\033[2Jgone\\\\n'\")")
    with Terminal(folder, "build", "-j", "1", NO_COLOR="1") as terminal:
        assert terminal.end() == 0
        assert "\\x1b[2Jgone" in terminal.text
        assert "\x1b[2J" not in terminal.text


def test_long_lines_are_cropped_on_a_terminal(folder: Folder) -> None:
    folder.plan(f"run('echo {'x' * 200} > out.txt', shell=True)")
    with Terminal(folder, "build", "-j", "1", columns=60) as terminal:
        assert terminal.end() == 0
        lines = plain(terminal.text).split("\r\n")
    assert all(len(line.rpartition("\r")[2]) <= 60 for line in lines)
    assert f"   START │ echo {'x' * 43}…" in lines


def assert_nothing_left(folder: Folder, *pids: int) -> None:
    """Check that a build has left no process and no socket; now, not some time later."""
    assert folder.left_processes() == {}
    assert folder.left_directories() == []
    assert not any(is_alive(pid) for pid in pids)


def test_ctrl_z_stops_the_steps_until_the_build_goes_on(folder: Folder) -> None:
    folder.plan('run("echo $$ > pid; read line < pipe", shell=True)')
    os.mkfifo(folder.root / "pipe")
    build = folder.start("build", "-j", "1")
    step = folder.number("pid")
    build.process.send_signal(signal.SIGTSTP)
    wait_until(lambda: state_of(step) == "T", "the step is stopped")
    build.process.send_signal(signal.SIGCONT)
    wait_until(lambda: state_of(step) == "S", "the step goes on")
    folder.write_fifo("pipe")
    build.end().checked()


def state_of(pid: int) -> str:
    """Return the letter by which the kernel names the state of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
