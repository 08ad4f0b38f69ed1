"""Starting the process of an attempt: by a shell, by its words, or as a Python script in the fork server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from stepup_worker.core.words import ByShell, Direct, Malformed, plan_execution

from .capture import Capture
from .executable import complaint_about, complaint_from_errno, find_own_program, is_script, warning_about
from .forkline import ForkLine
from .launch import Launcher
from .process import Child, LaunchFailed
from .script import cold_words

__all__ = ("NotStartable", "Starter")


class NotStartable(Exception):
    """No process can be made of a command; the text is for the user."""


class Starter:
    """Makes processes of commands."""

    def __init__(self, loop: asyncio.AbstractEventLoop, base: Mapping[str, str], fork_line: ForkLine | None) -> None:
        """Give each process the variables in `base`; without a fork server, each script gets a new interpreter."""
        self._launcher = Launcher(loop, base)
        self._base = base
        self._fork_line = fork_line

    def start(
        self,
        command: str,
        variables: Mapping[str, str],
        workdir: str,
        capture: Capture,
        *,
        shell: bool,
        enclosure: tuple[str, ...] = (),
    ) -> Child:
        """Start the process of a command; `enclosure` are words in front of it.

        Raises
        ------
        NotStartable
            There is something that the user can mend.
        LaunchFailed
            The system has no more processes, or the like.
        """
        match plan_execution(command, shell=shell):
            case Malformed(reason):
                raise NotStartable(reason)
            case ByShell(command):
                return self._launcher.launch((*enclosure, "/bin/sh", "-c", command), variables, workdir, capture)
            case Direct(words):
                if enclosure:
                    is_ours = is_script(words, workdir) and not shell
                    inner = cold_words(words, capture.open_notes()) if is_ours else words
                    return self._launcher.launch((*enclosure, *inner), variables, workdir, capture)
                if shell:
                    return self._launch_or_shell(command, words, variables, workdir, capture)
                return self._launch(words, variables, workdir, capture)

    def living(self) -> frozenset[int]:
        """Return the pids of all children that are not reaped yet."""
        return self._launcher.living()

    def _launch(self, words: tuple[str, ...], variables: Mapping[str, str], workdir: str, capture: Capture) -> Child:
        complaint = complaint_about(words, workdir)
        if complaint is not None:
            raise NotStartable(complaint)
        try:
            if is_script(words, workdir):
                notes = capture.open_notes()
                warm = self._run_warm(words, variables, workdir, capture, notes)
                return warm or self._launcher.launch(cold_words(words, notes), variables, workdir, capture)
            path = variables.get("PATH", self._base.get("PATH", os.defpath))
            own = find_own_program(words[0], path)
            warm = None if own is None else self._run_warm((own, *words[1:]), variables, workdir, capture, "")
            if warm is not None:
                return warm
            warning = warning_about(words[0], path)
            if warning is not None:
                os.write(capture.stderr, f"{warning}\n".encode())
            return self._launcher.launch(words, variables, workdir, capture)
        except LaunchFailed as failure:
            raise NotStartable(complaint_from_errno(words, workdir, failure.number)) from failure

    def _run_warm(
        self, words: tuple[str, ...], variables: Mapping[str, str], workdir: str, capture: Capture, notes: str
    ) -> Child | None:
        """Run a script in the fork server; None when it is not there, or not as the script wants it."""
        line = self._fork_line
        if line is None or not line.is_alive or _changes_interpreter(variables):
            return None
        try:
            return line.run(words, variables, workdir, capture, notes)
        except LaunchFailed:
            # It has just died, and says so in the log.
            return None

    def _launch_or_shell(
        self,
        command: str,
        words: tuple[str, ...],
        variables: Mapping[str, str],
        workdir: str,
        capture: Capture,
    ) -> Child:
        """Execute directly; if that fails, let the shell say why, as it would have done."""
        try:
            return self._launcher.launch(words, variables, workdir, capture)
        except LaunchFailed:
            return self._launcher.launch(("/bin/sh", "-c", command), variables, workdir, capture)


def _changes_interpreter(variables: Mapping[str, str]) -> bool:
    """Tell whether a step sets variables that Python reads only when it starts."""
    return any(name.startswith("PYTHON") for name in variables)
