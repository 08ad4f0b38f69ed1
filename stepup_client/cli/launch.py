"""Starting the other two programs: the one module of the client that knows them.

`stepup build` imports the daemons' modules once
and forks director and workers before any channel or thread exists,
which saves two interpreter starts and twice the imports.
They live in sessions of their own, so that Ctrl-C reaches the command line only.
Two pipes hold the processes together:

ready
    The director holds the only write end and closes it when it listens, or dies;
    the command line and the workers wait for its end.
lifeline
    The command line holds the only write end; its end means that the command line is gone:
    everything stops.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import NoReturn, Self

from stepup_client.cli.background import write_to
from stepup_client.cli.failures import UsageError
from stepup_client.cli.held_signals import release_signals
from stepup_client.cli.options import LogFormat, LogLevel, Member, Program
from stepup_client.rpc.control_values import OutputEnd, OutputHead, OutputPart, OutputPiece
from stepup_shared.socket_directory import make_socket_directory, remove_socket_directory

__all__ = (
    "Household",
    "HouseholdSettings",
    "browse_database",
    "explain_from_database",
    "last_return_code",
    "output_from_database",
    "run_inspection",
    "run_program",
    "survivors_from_database",
)


_DIRECTOR = Member(Program.DIRECTOR)
_FOR_USER = "ERROR: "
"""Begins what programs say about what the user can mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSettings:
    """What director and workers of one build are started with."""

    root: str
    """The project."""
    jobs: str
    """Steps at a time for each worker, as the user wrote it."""
    workers: int = 1
    """How many workers."""
    forkserver: bool = True
    """Workers fork Python scripts from a warm process."""
    preload_modules: tuple[str, ...] = ()
    """Modules that this process has imported besides our own."""
    fix_epoch: bool = True
    """Workers set SOURCE_DATE_EPOCH, unless it is set."""
    allowed_roots: tuple[str, ...] = ()
    """Directories besides the root in which outputs may lie; absolute."""
    joblog: bool = False
    """Write when each step began and ended to .stepup/joblog.csv."""
    log_level: LogLevel
    """How much they write to their logs."""
    log_format: LogFormat
    """How they write it."""


def run_program(program: Program, argv: Sequence[str]) -> int:
    """Be the director or a worker until it ends, with arguments that it reads itself."""
    match program:
        case Program.DIRECTOR:
            from stepup_server.__main__ import main as main_of_director

            return main_of_director(list(argv))
        case Program.WORKER:
            from stepup_worker.__main__ import main as main_of_worker

            return main_of_worker(list(argv))


def run_inspection(root: str, arguments: Sequence[str]) -> int:
    """Answer from the database what no director is there to answer."""
    # Only that, because all that a director needs takes time to load.
    from stepup_server.inspection import show_as_told

    return show_as_told([*arguments, "--root", root])


def explain_from_database(root: str, name: str) -> str:
    """Return, as JSON, why a step is what it was when the last director stopped."""
    from stepup_server.core.refusals import Refusal
    from stepup_server.engine.ports import JournalFailed
    from stepup_server.inspection import explain

    try:
        return explain(root, name)
    except (JournalFailed, Refusal) as error:
        raise UsageError(str(error)) from error


def output_from_database(root: str, name: str) -> list[OutputPart]:
    """Return what the last attempt of a step has written, as it is stored."""
    from stepup_server.core.refusals import Refusal
    from stepup_server.engine.ports import JournalFailed
    from stepup_server.inspection import output_of

    try:
        label, row = output_of(root, name)
    except (JournalFailed, Refusal) as error:
        raise UsageError(str(error)) from error
    if row is None:
        return [OutputHead(label, 0, is_running=False), OutputEnd("it has never run", 0)]
    pieces = [OutputPiece("stdout", row.stdout), OutputPiece("stderr", row.stderr)]
    return [OutputHead(label, row.attempt, is_running=False), *pieces, OutputEnd(row.end, row.exit_code)]


def last_return_code(root: str) -> int | None:
    """Return how the last build ended, as it is stored; None when there was none."""
    from stepup_server.engine.ports import JournalFailed
    from stepup_server.inspection import return_code_of_last_build

    if not os.path.exists(f"{root}/.stepup/graph.db"):
        return None
    try:
        return return_code_of_last_build(root)
    except JournalFailed as error:
        raise UsageError(str(error)) from error


def survivors_from_database(root: str) -> str:
    """Say which steps may still run that a dead director has handed out; empty when there are none."""
    from stepup_server.engine.ports import JournalFailed
    from stepup_server.inspection import survivors

    try:
        return survivors(root)
    except JournalFailed:
        # There is nothing to go on with, or the director will say why it cannot.
        return ""


def browse_database(root: str, port: int, listening: Callable[[str], None]) -> None:
    """Serve what is stored of a project as web pages, until interrupted."""
    from stepup_server.browser.server import serve
    from stepup_server.engine.ports import JournalFailed

    try:
        serve(root, port, listening)
    except JournalFailed as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot listen on port {port}: {error.strerror}. Choose another one with --port.") from error
    except KeyboardInterrupt:
        return


class Household:
    """Director and workers of one build, as child processes; none of them outlives it."""

    def __init__(self, settings: HouseholdSettings) -> None:
        """Start all programs."""
        daemons = _Daemons(settings)
        self.root = settings.root
        """The project."""
        _adopt_orphans()
        workers = [Member(Program.WORKER, number) for number in range(settings.workers)]
        self.members = (_DIRECTOR, *workers)
        """All programs of the build."""
        self._log_paths = _prepare_logs(settings.root, self.members)
        self._directory = make_socket_directory()
        self.socket = f"{self._directory}/director"
        """Where the director listens."""
        self.pids: dict[Member, int] = {}
        """The programs that have not been reaped yet."""
        self.ready_fd, ready_write = os.pipe()
        """Ends when the director listens, or is gone."""
        lifeline_read, self._lifeline = os.pipe()

        sys.stdout.flush()
        sys.stderr.flush()
        self.pids[_DIRECTOR] = _fork(
            lambda: daemons.serve_director(self.socket, ready_write, lifeline_read),
            close=(self.ready_fd, self._lifeline),
            log_path=self._log_paths[_DIRECTOR],
        )
        os.close(ready_write)
        for worker in workers:
            self.pids[worker] = _fork(
                partial(daemons.serve_worker, worker.number, self.socket, self.ready_fd, lifeline_read),
                close=(self._lifeline,),
                log_path=self._log_paths[worker],
            )
        os.close(lifeline_read)

    def __enter__(self) -> Self:
        """Keep the programs for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End whatever is left: programs, orphans of theirs, the socket, empty files."""
        os.close(self._lifeline)
        for member in tuple(self.pids):
            self.kill(member)
            self.reap(member)
        os.close(self.ready_fd)
        _kill_orphans()
        remove_socket_directory(self._directory)
        _remove_empty(self._log_paths.values())

    def last_words(self) -> list[str]:
        """Return what programs said outside their logs, most likely about their ends: a line, or where it is told."""
        return [_last_words(path) for path in self._stray_words()]

    def forget_last_words(self) -> None:
        """Remove them: what they tell is no news."""
        for path in self._stray_words():
            os.unlink(path)

    def _stray_words(self) -> list[str]:
        """Return the files in which there is something."""
        return [path for path in self._log_paths.values() if os.path.exists(path) and os.path.getsize(path)]

    def kill(self, member: Member) -> None:
        """End a program at once; nothing happens when it has ended."""
        if member in self.pids:
            os.kill(self.pids[member], signal.SIGKILL)

    def suspend_steps(self) -> None:
        """Stop all running steps for as long as we are stopped ourselves."""
        self._tell_workers(signal.SIGTSTP)

    def resume_steps(self) -> None:
        """Let them go on."""
        self._tell_workers(signal.SIGCONT)

    def _tell_workers(self, number: signal.Signals) -> None:
        for member, pid in self.pids.items():
            if member != _DIRECTOR:
                os.kill(pid, number)

    def reap(self, member: Member) -> int:
        """Wait for the end of a program and return its exit code; negative for a signal."""
        _, status = os.waitpid(self.pids.pop(member), 0)
        return os.waitstatus_to_exitcode(status)


class _Daemons:
    """The programs, imported before the fork."""

    def __init__(self, settings: HouseholdSettings) -> None:
        # gRPC and the stubs first, once for all three processes, and under the user's own environment:
        # what a daemon sets for its own gRPC must not reach the steps.
        importlib.import_module("stepup_client.rpc.control")
        with _environment_kept():
            import stepup_server.__main__ as server
            import stepup_server.settings as server_settings
            import stepup_worker.__main__ as worker
            import stepup_worker.settings as worker_settings

        self._settings = settings
        self._server = server
        self._server_settings = server_settings
        self._worker = worker
        self._worker_settings = worker_settings.settings_from_arguments(
            [
                f"--jobs={settings.jobs}",
                f"--log-level={settings.log_level}",
                f"--log-format={settings.log_format}",
                "--forkserver" if settings.forkserver else "--no-forkserver",
                "--fix-epoch" if settings.fix_epoch else "--no-fix-epoch",
                f"--preload-modules={','.join(settings.preload_modules)}",
            ]
        )

    def serve_director(self, socket: str, ready_fd: int, lifeline_fd: int) -> int:
        """Be the director, which never forks."""
        os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
        return self._server.serve(
            self._server_settings.Settings(
                root=self._settings.root,
                socket=socket,
                embedded=True,
                moves_files=False,
                ready_fd=ready_fd,
                lifeline_fd=lifeline_fd,
                allowed_roots=self._settings.allowed_roots,
                joblog=self._settings.joblog,
                log_format=self._settings.log_format,
                log_level=self._settings.log_level,
            )
        )

    def serve_worker(self, number: int, socket: str, ready_fd: int, lifeline_fd: int) -> int:
        """Be a worker."""
        return self._worker.serve(
            replace(
                self._worker_settings,
                root=self._settings.root,
                name=str(number),
                socket=socket,
                embedded=True,
                ready_fd=ready_fd,
                lifeline_fd=lifeline_fd,
            )
        )


@contextmanager
def _environment_kept() -> Generator[None]:
    """Undo what importing a daemon does to the environment."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _prepare_logs(root: str, members: Iterable[Member]) -> dict[Member, str]:
    """Make the directory of logs, and return where each program writes what it cannot log properly."""
    paths = {member: f"{root}/.stepup/{member.name}.stderr.log" for member in members}
    with _hindrances_explained():
        os.makedirs(f"{root}/.stepup", exist_ok=True)
        for path in paths.values():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    return paths


@contextmanager
def _hindrances_explained() -> Generator[None]:
    """Say what keeps us from beginning, where, and what to do."""
    try:
        yield
    except OSError as error:
        from stepup_shared.hindrance import explain

        raise UsageError(explain(error)) from error


def _remove_empty(paths: Iterable[str]) -> None:
    """Remove the logs in which there is nothing to read."""
    for path in paths:
        with suppress(FileNotFoundError):
            if os.stat(path).st_size == 0:
                os.unlink(path)


def _last_words(path: str) -> str:
    """Return the only line of a file if it is meant for the user, else the name of the file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        line, more = file.readline(), file.read(1)
    is_for_user = line.startswith(_FOR_USER) and not more
    return line.removeprefix(_FOR_USER).rstrip() if is_for_user else f"See {path}"


def _fork(serve: Callable[[], int], *, close: Sequence[int], log_path: str) -> int:
    """Run a function in a child process and return its number."""
    with _hindrances_explained():
        pid = os.fork()
    if pid == 0:
        _be_child(serve, close, log_path)
    return pid


def _be_child(serve: Callable[[], int], close: Sequence[int], log_path: str) -> NoReturn:
    """Turn into a daemon; what goes wrong is written where the user can find it, never to the terminal."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        release_signals()
        os.setsid()
        for descriptor in close:
            os.close(descriptor)
        write_to(log_path)
        code = serve()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - the last resort of a process; nobody else would say a word
        traceback.print_exc()
    finally:
        # The parent's exit handlers and buffers are not ours.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _adopt_orphans() -> None:
    """Let the kernel hand us whatever our programs leave behind."""
    import ctypes

    pr_set_child_subreaper = 36
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _kill_orphans() -> None:
    """Kill and reap all our children, until there are none."""
    while True:
        for pid in _children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Return the processes whose parent we are now."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]
