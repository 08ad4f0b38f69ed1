"""`stepup build --detach`: the same build, by a process in the background that needs no terminal."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from stepup_client.cli.background import write_to
from stepup_client.cli.conduct import INTERNAL
from stepup_client.cli.discover import Located, find_director, is_director_alive
from stepup_client.cli.failures import UsageError
from stepup_shared.visible import in_text

__all__ = ("LOG", "detach")

LOG = ".stepup/build.log"
"""What the build would have shown on a terminal."""

_POLL_S = 0.02


def detach(
    root: str,
    build: Callable[[], int | None],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> int | None:
    """Begin a build in the background and return 0 as soon as its director listens.

    Return its exit code if it ends before that, and None when another director was faster.
    """
    os.makedirs(f"{root}/.stepup", exist_ok=True)
    with suppress(FileNotFoundError):
        os.unlink(f"{root}/{LOG}")
    sys.stdout.flush()
    sys.stderr.flush()
    keeper = os.fork()
    if keeper == 0:
        _keep(f"{root}/{LOG}", build)
    while (located := find_director(root)) is None or not _is_child(located.pid, keeper):
        ended, status = os.waitpid(keeper, os.WNOHANG)
        if ended:
            return _conclude(root, os.waitstatus_to_exitcode(status))
        pause(_POLL_S)
    _announce(located, keeper)
    return 0


def _is_child(pid: int, parent: int) -> bool:
    """Tell whether a process was started by another one: the director may be somebody else's."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            # The name before it is in brackets, and may hold anything.
            return int(file.read().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def _announce(located: Located, keeper: int) -> None:
    """Say what goes on now, and how to come back to it."""
    print(f"The build goes on in the background: process {keeper}, director {located.pid}, output in {LOG}.")
    print("`stepup attach` shows it, `stepup shutdown` stops it.")


def _conclude(root: str, exit_code: int) -> int | None:
    """Tell of a build that was over before anybody could look."""
    if exit_code == INTERNAL and is_director_alive(root):
        return None
    with open(f"{root}/{LOG}", encoding="utf-8", errors="replace") as log:
        sys.stdout.write(log.read())
    return exit_code


def _keep(log_path: str, build: Callable[[], int | None]) -> NoReturn:
    """Be the process that keeps the build: in a session of its own, with a log for a terminal."""
    exit_code = INTERNAL
    try:
        os.setsid()
        write_to(log_path)
        result = build()
        exit_code = INTERNAL if result is None else result
    except UsageError as error:
        print(f"ERROR: {in_text(error)}")
    except BaseException:  # noqa: BLE001 - the last resort of a process; nobody else would say a word
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
