"""A terminal of one's own: what a person sees and types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from types import TracebackType
from typing import Any, Self

from tests.support.deadline import wait_until
from tests.support.project_folder import PROGRAMS, Folder

__all__ = ("Terminal", "plain")

_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    """Runs one program in the foreground of a new terminal."""

    def __init__(self, folder: Folder, *words: str, columns: int = 100, **variables: str) -> None:
        """Start `stepup WORDS` in a project."""
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.set_blocking(self._ours, False)
        self.modes_before = self.modes()
        """As the terminal was set when nothing had been started."""
        self.text = ""
        """Everything that was written to it."""
        self.process = subprocess.Popen(
            # `setsid -c` makes this the terminal of the program.
            ["setsid", "-c", str(PROGRAMS / "stepup"), *words],
            cwd=folder.root,
            env=folder.environment({"TERM": "xterm-256color"} | variables),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
        )

    def __enter__(self) -> Self:
        """Keep the terminal for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the terminal away."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def modes(self) -> list[Any]:
        """Return how the terminal is set."""
        return termios.tcgetattr(self._theirs)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def wait(self, text: str) -> None:
        """Wait until a text has been written, colours aside."""
        wait_until(lambda: text in plain(self._look()), f"the terminal shows {text!r}", lambda: self.text)

    def end(self) -> int:
        """Wait for the end of the program and return its exit code."""
        # It could not end if nobody took what it writes.
        wait_until(self._has_ended, "it ends", lambda: self.text)
        return self.process.returncode

    def _has_ended(self) -> bool:
        """Tell whether the program has ended, and take all that it has written."""
        has_ended = self.process.poll() is not None
        self._look()
        return has_ended

    def _look(self) -> str:
        """Take what was written since the last look, and return everything."""
        while True:
            try:
                part = os.read(self._ours, 65536)
            except BlockingIOError:
                break
            self.text += part.decode(errors="replace")
        return self.text


def plain(text: str) -> str:
    """Return a text without what colours it and moves the cursor."""
    return _CONTROL.sub("", text)
