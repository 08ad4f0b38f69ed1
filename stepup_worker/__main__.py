"""The program `stepup worker`: a guardian, its daemon, and the fork server of the daemon."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace

from stepup_shared.hindrance import explain
from stepup_shared.private import OpenToOthers, make_own, make_private
from stepup_shared.socket_directory import make_socket_directory, remove_socket_directory
from stepup_shared.visible import in_text
from stepup_worker.run.guardian import CRASHED, Guardian, Life, become_subreaper, die_with_parent
from stepup_worker.settings import Settings, settings_from_arguments

__all__ = ("main", "serve")

_FIRST_FREE = 3
"""The first descriptor behind the standard ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker as the command line says; return the exit code."""
    settings = settings_from_arguments(arguments)
    # Else gRPC tells users that a director went away or is not the right one, in its own words.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    if settings.code:
        # Only those need it who were just invited.
        from stepup_worker.membership import NotAMember, join

        try:
            name = join(settings.director, settings.code)
        except NotAMember as reason:
            print(f"ERROR: {reason}", file=sys.stderr)
            return 1
        print(f"Joined {settings.director} as {name}.", flush=True)
        settings = replace(settings, name=name)
    return serve(settings)


def serve(settings: Settings) -> int:
    """Run a worker; return the exit code when it and everything it started are gone.

    This process becomes the guardian. It must have a single thread and no channel.
    """
    _open_standard_descriptors()
    # Else gRPC tells users that a director went away, in its own words.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    # Before the forks, so that the three processes pay once.
    importlib.import_module("stepup_worker.daemon")
    if settings.embedded and os.getsid(0) != os.getpid():
        os.setsid()
    become_subreaper()
    sys.stdout.flush()
    sys.stderr.flush()
    guardian = Guardian(settings.lifeline_fd)
    try:
        # Not the daemon, which may be killed.
        settings = replace(settings, socket_directory=make_socket_directory() if settings.has_sockets else "")
    except OSError as error:
        _complain(f"The worker has no place for its sockets. {explain(error, place='/tmp')}")
        return 1
    try:
        return guardian.keep(lambda life: _start(settings, guardian, life), _complain)
    finally:
        remove_socket_directory(settings.socket_directory)


def _start(settings: Settings, guardian: Guardian, life: Life) -> int:
    """Fork a daemon, and return its process number."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = CRASHED
    try:
        guardian.release()
        code = _serve_as_daemon(settings, parent, life)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _complain(text: str) -> None:
    """Tell the user why there is no worker any more."""
    print(f"ERROR: {in_text(text)}", file=sys.stderr)


def _open_standard_descriptors() -> None:
    """Occupy the descriptors 0 to 2 where they are closed, so that nothing else gets these numbers."""
    while (fd := os.open(os.devnull, os.O_RDWR)) < _FIRST_FREE:
        pass
    os.close(fd)


def _serve_as_daemon(settings: Settings, guardian: int, life: Life) -> int:
    """Be the daemon: in a session of its own, so that Ctrl-C reaches only the guardian, which passes it on."""
    from stepup_worker.daemon import GaveUp, run_daemon
    from stepup_worker.rpc.warm import warm_up
    from stepup_worker.run.forkserver import start_fork_server
    from stepup_worker.run.log import open_log

    os.setsid()
    die_with_parent(signal.SIGTERM, guardian)
    become_subreaper()
    try:
        _make_place(settings)
        os.chdir(settings.home)
        log = open_log(
            os.path.join(settings.state_directory, f"worker{settings.name}.log"),
            level=settings.log_level,
            for_people=settings.log_format == "console",
        )
    except OpenToOthers as error:
        print(f"ERROR: {in_text(error)}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ERROR: Cannot use {explain(error)}", file=sys.stderr)
        return 1
    fork_server = None
    if settings.forkserver:
        try:
            fork_server = start_fork_server(settings.step_environment, settings.preload_modules, warm_up)
        except OSError as error:
            log.warning("no fork server", reason=explain(error))
    log.info("started", name=settings.name, slots=settings.slots, root=settings.root, pid=os.getpid())
    try:
        run_daemon(settings, fork_server, life, log)
    except GaveUp as reason:
        log.warning("gave up", reason=str(reason))
        print(f"ERROR: {in_text(reason)}", file=sys.stderr)
        return 1
    except Exception:  # the last resort: whatever it is, the log has to tell
        log.exception("crashed")
        raise
    return 0


def _make_place(settings: Settings) -> None:
    """Make the directory for logs, and for files if they have one of their own, closed to others."""
    if settings.workspace is None:
        make_private(settings.state_directory)
    else:
        make_own(settings.workspace, "the workspace")


if __name__ == "__main__":
    sys.exit(main())
