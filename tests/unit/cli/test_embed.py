"""Builds with programs of their own: real forks, pipes and signals around a director and a worker that play a story.

Everything that a build starts inherits one end of a pipe; its end of file proves that nothing was left behind.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ()

PROGRAMS = Path(__file__).parent / "fake_programs.py"
REPOSITORY = PROGRAMS.parents[3]


@contextmanager
def story(name: str, root: Path) -> Generator[subprocess.Popen[str]]:
    """Play a story in a project; afterwards, make sure that nothing is left of it."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, str(PROGRAMS), name, "-j", "2"],
        cwd=root,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(writing,),
    ) as build:
        os.close(writing)
        yield build
    assert os.read(reading, 1) == b""
    os.close(reading)
    assert not Path((root / "socket").read_text()).parent.exists()


def environment(root: Path) -> dict[str, str]:
    """Return what the command line finds in its environment; there is a plan, which nobody will run."""
    (root / "plan.py").write_text("#!/usr/bin/env python3\n")
    (root / "plan.py").chmod(0o755)
    return {
        "PATH": os.environ["PATH"],
        "STEPUP_ROOT": str(root),
        "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY}/proto",
        "COLUMNS": "80",
        "TERM": "xterm",
    }


def play(name: str, root: Path) -> tuple[int, str, str]:
    """Play a story to its end; return exit code, standard output and standard error."""
    with story(name, root) as build:
        out, err = build.communicate()
    return build.returncode, out, err


def wait_for(build: subprocess.Popen[str], words: str) -> None:
    """Read output up to a line."""
    assert build.stdout is not None
    for text in build.stdout:
        if words in text:
            return
    pytest.fail(f"{words!r} was never shown")


def test_a_build_that_ends_well(tmp_path: Path) -> None:
    code, out, err = play("good", tmp_path)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "DIRECTOR │ Listening",
        "   START │ workers_min=1",
        "DIRECTOR │ LEVEL_DRAIN",
        "DIRECTOR │ See you!",
    ]


def test_what_daemons_write_goes_to_a_log_and_empty_logs_are_removed(tmp_path: Path) -> None:
    play("good", tmp_path)
    assert (tmp_path / ".stepup/director.stderr.log").read_text() == "director says something\n"
    assert not (tmp_path / ".stepup/worker0.stderr.log").exists()


def test_a_build_that_fails(tmp_path: Path) -> None:
    assert play("failing", tmp_path)[0] == 36


def test_a_director_that_cannot_start_is_one_sentence_with_the_story_in_a_log(tmp_path: Path) -> None:
    code, out, err = play("stillborn", tmp_path)
    assert (code, out) == (1, "")
    assert err == (
        "ERROR: The director ended with exit code 1. The build never began.\n"
        f"ERROR: See {tmp_path}/.stepup/director.stderr.log\n"
    )
    assert "RuntimeError: no database" in (tmp_path / ".stepup/director.stderr.log").read_text()


def test_a_director_that_is_killed(tmp_path: Path) -> None:
    code, _, err = play("director dies", tmp_path)
    assert code == 1
    assert err.startswith("ERROR: The director was killed by signal 9")
    assert "`stepup build` again" in err


def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    code, out, err = play("worker dies", tmp_path)
    assert code == 1
    assert "LEVEL_KILL" in out
    assert err.startswith("ERROR: Worker 0 was killed by signal 9")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_interrupts_in_order(tmp_path: Path, number: int) -> None:
    with story("patient", tmp_path) as build:
        wait_for(build, "START")
        build.send_signal(number)
        out, err = build.communicate()
    assert (build.returncode, err) == (36 | 2, "")
    assert "LEVEL_INTERRUPT" in out
    assert "See you!" in out


def test_three_signals_end_even_what_is_stubborn(tmp_path: Path) -> None:
    with story("stubborn", tmp_path) as build:
        for words in ("START", "LEVEL_INTERRUPT", "LEVEL_KILL"):
            wait_for(build, words)
            build.send_signal(signal.SIGINT)
        build.communicate()
    assert build.returncode == 2


def test_when_the_command_line_is_killed_its_programs_learn_of_it(tmp_path: Path) -> None:
    with story("forsaken", tmp_path) as build:
        wait_for(build, "START")
        build.kill()
        build.communicate()


IN_FOREGROUND = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


class Terminal:
    """A terminal with a build in its foreground."""

    def __init__(self, name: str, root: Path) -> None:
        self.descriptor, inner = pty.openpty()
        self.modes = termios.tcgetattr(self.descriptor)
        self.build = subprocess.Popen(
            [sys.executable, "-c", IN_FOREGROUND, str(PROGRAMS), name, "-j", "2"],
            cwd=root,
            env=environment(root),
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self.shown = ""

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.descriptor)[3] & termios.ECHO)

    def type(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def wait_for(self, words: str) -> None:
        """Read what is shown, up to some words."""
        while words not in self.shown:
            self.shown += os.read(self.descriptor, 10_000).decode()
        self.shown = self.shown.partition(words)[2]

    def read_all(self) -> str:
        """Read what has been shown by now."""
        while select.select([self.descriptor], [], [], 0)[0]:
            self.shown += os.read(self.descriptor, 10_000).decode()
        shown, self.shown = self.shown, ""
        return shown

    def wait(self) -> int:
        """Wait for the end of the build and return its exit code; the terminal must be as before."""
        exit_code = self.build.wait()
        assert termios.tcgetattr(self.descriptor) == self.modes
        os.close(self.descriptor)
        return exit_code


def test_keys_and_ctrl_c_on_a_terminal_that_is_left_as_it_was(tmp_path: Path) -> None:
    terminal = Terminal("stubborn", tmp_path)
    terminal.wait_for("Running steps 1")
    assert not terminal.echoes
    terminal.type("?")
    terminal.wait_for("KEYBOARD\x1b[0m │ Keys")
    for words in ("LEVEL_DRAIN", "LEVEL_INTERRUPT"):
        terminal.type("q")
        terminal.wait_for(words)
    for words in ("LEVEL_INTERRUPT", "LEVEL_KILL"):
        terminal.type("\x03")
        terminal.wait_for(words)
    terminal.type("\x03")
    assert terminal.wait() == 2


def test_ctrl_z_hands_the_terminal_back_until_the_build_goes_on(tmp_path: Path) -> None:
    terminal = Terminal("patient", tmp_path)
    terminal.wait_for("Running steps 1")
    terminal.type("\x1a")
    _, status = os.waitpid(terminal.build.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert termios.tcgetattr(terminal.descriptor) == terminal.modes
    assert terminal.read_all().endswith("\x1b[J")
    terminal.build.send_signal(signal.SIGCONT)
    terminal.wait_for("Running steps 1")
    assert not terminal.echoes
    terminal.type("\x03")
    assert terminal.wait() == 38


def test_the_terminal_is_left_as_it_was_after_a_death(tmp_path: Path) -> None:
    terminal = Terminal("director dies", tmp_path)
    terminal.wait_for("ERROR: The director was killed by signal 9")
    assert terminal.wait() == 1
