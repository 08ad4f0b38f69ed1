"""The step that this process is, as its environment says: opened at first use, and once more after a fork."""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING

from stepup_client.core import tracebacks
from stepup_client.core.declarations import EnvironmentUse, Source, Statement, StaticPaths
from stepup_client.core.paths import Place
from stepup_client.core.session import Session, StaticAnswer
from stepup_client.core.sources import calling_line, is_guarded
from stepup_client.core.variables import Variables
from stepup_client.errors import RPCError, StepUpError, UsageError

if TYPE_CHECKING:
    from .session import PlanSession

__all__ = ("Caller", "caller", "install_excepthook", "job_number")

_TIMEOUT_S = 600.0
"""How long the director may take for what need not wait, unless the user says otherwise."""


class Caller:
    """The calling step, in the directory where it is now."""

    def __init__(self, process: _Process, place: Place, base: str) -> None:
        """Speak for a process; `base` is the directory relative to the root, empty where the step began."""
        self._process = process
        self.session = process.session
        """Carries the words."""
        self.place = place
        """The current directory."""
        self.base = base
        """The current directory relative to the root; empty where the step began."""

    def line(self) -> Source:
        """Return the line of the plan that is speaking; its file is relative to the root, if it lies there."""
        file, line = calling_line()
        return Source(self._process.name_of_file(file), line)

    def variables(self) -> Variables:
        """Return the environment as seen from here."""
        return Variables(os.environ, self.place)

    def declare(self, statement: Statement, variables: Variables | None = None) -> None:
        """Add a statement to the graph, after the variables that were used for it."""
        self.record(variables)
        self.session.declare(statement, self.base, self.line(), awaited=is_guarded())

    def declare_static(self, statement: StaticPaths, variables: Variables) -> StaticAnswer:
        """Add a static declaration to the graph, after the variables that were used for it."""
        self.record(variables)
        return self.session.declare_static(statement, self.base, self.line(), awaited=is_guarded())

    def record(self, variables: Variables | None) -> None:
        """Let the calling step depend on the variables that were used, each once."""
        if variables is None or not variables.used:
            return
        recorded = self._process.recorded
        names = tuple(name for name in variables.used if name not in recorded)
        if names:
            recorded.update(names)
            self.session.declare(EnvironmentUse(names), "", self.line())


class _Process:
    """A process, and the step that it is."""

    def __init__(self, session: Session, *, root: str, workdir: str) -> None:
        """Speak through a session; `workdir` is relative to `root`, which is absolute."""
        self.session = session
        """Carries the words."""
        self.pid = os.getpid()
        """The process that may use the session."""
        self.recorded: set[str] = set()
        """Names of variables on which the step is known to depend."""
        self._root = os.path.realpath(root)
        self._workdir = os.path.realpath(os.path.join(self._root, workdir))
        self._spelled = workdir
        self._callers: dict[str, Caller] = {}
        self._files: dict[str, str] = {}

    def fork(self) -> _Process:
        """Return the same step as seen from a forked process."""
        return _Process(self.session.fork(), root=self._root, workdir=self._spelled)

    def caller(self) -> Caller:
        """Return the step in the current directory."""
        directory = os.getcwd()
        found = self._callers.get(directory)
        if found is None:
            found = self._callers[directory] = self._caller_at(directory)
        return found

    def name_of_file(self, file: str) -> str:
        """Return the name under which people know a file of the project; interpreters spell it in many ways."""
        name = self._files.get(file)
        if name is None:
            path = os.path.normpath(os.path.join(self._workdir, file))
            name = self._files[file] = path.removeprefix(self._root.rstrip("/") + "/")
        return name

    def _caller_at(self, directory: str) -> Caller:
        if directory == self._workdir:
            return Caller(self, Place(directory, self._root, self._spelled.endswith("/")), "")
        return Caller(self, Place(directory, self._root, slash=False), os.path.relpath(directory, self._root))


_process: _Process | None = None


def caller() -> Caller:
    """Return the step that this process is, in the current directory."""
    global _process  # noqa: PLW0603 # one process is one step
    if _process is None:
        _process = _opened()
    elif _process.pid != os.getpid():
        _process = _process.fork()
    return _process.caller()


def job_number() -> int:
    """Return the number of this attempt; -1 outside of a build."""
    return int(os.environ.get("STEPUP_JOB_I", "-1"))


def install_excepthook() -> None:
    """Shorten tracebacks under a director, unless the user wants all of them."""
    if "STEPUP_DIRECTOR_SOCKET" in os.environ and os.environ.get("STEPUP_DEBUG") != "1":
        tracebacks.install()


def _opened() -> _Process:
    """Read the environment that the worker made."""
    socket = os.environ.get("STEPUP_DIRECTOR_SOCKET")
    if socket is None:
        from .offline import OfflineSession

        root = os.environ.get("STEPUP_ROOT", os.getcwd())
        return _Process(OfflineSession(), root=root, workdir=os.path.relpath(os.getcwd(), root))
    # A warm process may have imported the API long before it became this step.
    install_excepthook()
    session = _open_session(socket)
    pid = os.getpid()
    atexit.register(_finish, session, pid)
    os.register_at_fork(before=lambda: _prepare_fork(session, pid))
    return _Process(session, root=_required("STEPUP_ROOT"), workdir=os.environ.get("HERE", "."))


def _open_session(socket: str) -> PlanSession:
    # gRPC takes longer to import than many a plan to run, and outside of a build nobody needs it.
    from .connection import ConnectionSettings
    from .session import PlanSession

    timeout_s = float(os.environ.get("STEPUP_SYNC_RPC_TIMEOUT", _TIMEOUT_S))
    outlives = os.environ.get("STEPUP_OUTLIVES_DIRECTOR") == "1"
    token_file = os.environ.get("STEPUP_TOKEN_FILE", "")
    settings = ConnectionSettings(socket, timeout_s if timeout_s > 0 else None, token_file, outlives)
    return PlanSession(settings, int(_required("STEPUP_STEP_I")), int(_required("STEPUP_JOB_I")))


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise StepUpError(f"STEPUP_DIRECTOR_SOCKET is set, but {name} is not: a step needs both.")
    return value


def _prepare_fork(session: PlanSession, pid: int) -> None:
    """Leave nothing half said to a forked process: it has neither our channel nor our threads."""
    if os.getpid() == pid:
        session.prepare_fork()


def _finish(session: PlanSession, pid: int) -> None:
    """Say what is left to say; a step whose last words were refused has failed."""
    if os.getpid() != pid:
        return
    try:
        session.finish()
    except (UsageError, RPCError) as error:
        tracebacks.show(type(error), error, None)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
