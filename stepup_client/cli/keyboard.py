"""Single key presses from the terminal, which is always left as it was found."""

from __future__ import annotations

import atexit
import os
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ("Keyboard",)

_LFLAG = 3
_ECHO_AND_LINES = termios.ECHO | termios.ICANON


class Keyboard:
    """Read keys without waiting for Enter, as long as the terminal is ours.

    Ctrl-C and Ctrl-Z keep their meaning. In the background nothing is read and nothing is changed.
    """

    def __init__(self, on_key: Callable[[str], None], descriptor: int | None = None) -> None:
        """Remember who wants the keys; nothing happens before `enter`."""
        self._on_key = on_key
        self._descriptor = _stdin_descriptor() if descriptor is None else descriptor
        self._saved: list[Any] | None = None

    @property
    def is_active(self) -> bool:
        """Tell whether keys are being read."""
        return self._saved is not None

    def fileno(self) -> int:
        """Return what becomes readable when a key is pressed."""
        return self._descriptor

    def enter(self) -> bool:
        """Begin to read keys, if there is a terminal in our hands; return whether that is so."""
        if self._saved is None and self._is_ours():
            saved = termios.tcgetattr(self._descriptor)
            changed = list(saved)
            changed[_LFLAG] &= ~_ECHO_AND_LINES
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, changed)
            self._saved = saved
            atexit.register(self.restore)
        return self.is_active

    def restore(self) -> None:
        """Leave the terminal as it was found."""
        if self._saved is None:
            return
        saved, self._saved = self._saved, None
        atexit.unregister(self.restore)
        # In the background, setting would stop us; the shell has set its own modes by then.
        if self._is_ours():
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, saved)

    def read(self) -> None:
        """Hand over the keys that have been pressed."""
        try:
            keys = os.read(self._descriptor, 64)
        except OSError:
            keys = b""
        if not keys:
            self.restore()
        elif keys.startswith(b"\x1b"):
            # An arrow or a function key: one key press, whatever it is made of.
            self._on_key("\x1b")
        else:
            for key in keys.decode(errors="replace"):
                self._on_key(key)

    def _is_ours(self) -> bool:
        """Tell whether the descriptor is a terminal and we are in its foreground."""
        try:
            return os.isatty(self._descriptor) and os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            return False


def _stdin_descriptor() -> int:
    """Return the descriptor of standard input; -1 when there is none."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, ValueError, OSError):
        return -1
