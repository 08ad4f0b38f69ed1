"""Running a Python script in a process that was forked for it, with no difference to `python script.py`."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import importlib.machinery
import io
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn, cast

__all__ = (
    "PATH_FILTER",
    "WORKSPACE",
    "become_script",
    "cold_words",
    "forget_exit_handlers",
    "hides_imports",
    "run_noted",
)

PATH_FILTER = "STEPUP_PATH_FILTER"
"""The variable that says which imports count as inputs."""

_IMPORTS = "stepup_client.imports"
"""Tells which imports count. Loaded by name, as the script loads our client: here the worker becomes the step."""

_FINDER = "stepup_client.finder"
"""Fetches what a script imports, where the project is elsewhere."""

WORKSPACE = "STEPUP_WORKSPACE"
"""The variable that tells a step that it runs in a workspace of its own, where only its inputs are."""

_NAMES = ("stdin", "stdout", "stderr")

_FLUSH_FAILED = 120
"""The exit code of Python when its standard output cannot be written."""


def become_script(
    argv: Sequence[str],
    cwd: str,
    variables: Mapping[str, str],
    stdio: tuple[int, int, int],
    notes: str,
    *,
    cold: bool = False,
) -> NoReturn:
    """Turn this freshly forked process into one that runs a script, and end it with the script.

    `notes` is the path of a file for what the script has imported, empty when nobody wants to know;
    `cold` asks for a new interpreter.
    """
    code = 1
    try:
        os.setsid()
        _reset_signals()
        _replace_stdio(stdio)
        os.environ.update(variables)
        os.chdir(cwd)
        if cold:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.execv(sys.executable, cold_words(argv, notes))
        code = run_noted(argv, notes) if notes else _run(argv)
    finally:
        os._exit(code)


def cold_words(argv: Sequence[str], notes: str) -> tuple[str, ...]:
    """Return the words that run a script in an interpreter of its own, with the same notes."""
    return (sys.executable, os.path.join(os.path.dirname(__file__), "cold.py"), notes, *argv)


def run_noted(argv: Sequence[str], notes: str) -> int:
    """Run a script and return its exit code; `os._exit` notes what was imported first, whoever calls it."""
    imports = importlib.import_module(_IMPORTS)
    try:
        accepted = imports.path_filter(os.environ.get(PATH_FILTER), os.environ["STEPUP_ROOT"])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    script = os.path.realpath(argv[0])
    if WORKSPACE in os.environ:
        importlib.import_module(_FINDER).install(accepted)
    _note_at_exit(notes, lambda new: imports.imported_files(new, accepted, script))
    return _run(argv)


def hides_imports(text: str | None, root: str) -> bool:
    """Tell whether modules are loaded that a path filter accepts."""
    imports = importlib.import_module(_IMPORTS)
    try:
        return bool(imports.imported_files(list(sys.modules.values()), imports.path_filter(text, root)))
    except ValueError:
        # Each script that it is meant for says so.
        return False


def _note_at_exit(notes: str, select: Callable[[Iterable[types.ModuleType]], list[str]]) -> None:
    """Let `os._exit` note which modules were imported from now on, unless a forked process calls it."""
    pid, exit_now = os.getpid(), os._exit
    before = dict(sys.modules)

    def note_and_exit(status: int) -> NoReturn:
        if os.getpid() == pid:
            new = [module for name, module in list(sys.modules.items()) if before.get(name) is not module]
            _write_notes(notes, select(new))
        exit_now(status)

    setattr(os, "_exit", note_and_exit)  # noqa: B010  it returns no more than the original


def _write_notes(path: str, files: Sequence[str]) -> None:
    """Write names; nothing at all is written when there are none."""
    if not files:
        return
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, b"\0".join(map(os.fsencode, files)))
    finally:
        os.close(fd)


def forget_exit_handlers() -> None:
    """Forget what the program that this process was forked from wanted to do at its end.

    Scripts must not remove its sockets or restore its terminal. What the standard library relies on stays.
    """
    atexit._clear()  # noqa: SLF001  the only way to forget them
    if "logging" in sys.modules:
        atexit.register(sys.modules["logging"].shutdown)
    if "weakref" in sys.modules:
        finalize = sys.modules["weakref"].finalize
        setattr(finalize, "_registry", {})  # noqa: B010  not ours, either
        setattr(finalize, "_registered_with_atexit", False)  # noqa: B010  finalizers were forgotten, too


def _reset_signals() -> None:
    """Handle signals as a new interpreter does; those which are blocked stay so until the script begins."""
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def _replace_stdio(stdio: tuple[int, int, int]) -> None:
    """Put three descriptors in the place of the standard ones and close all others."""
    for target, fd in enumerate(stdio):
        os.dup2(fd, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for fd, name in enumerate(_NAMES):
        text = _open_like(getattr(sys, f"__{name}__"), fd)
        vars(text)["mode"] = "w" if fd else "r"
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)


def _open_like(old: io.TextIOWrapper | None, fd: int) -> io.TextIOWrapper:
    """Open a descriptor with the choices that the interpreter made for it at its start."""
    encoding = "utf-8" if old is None else old.encoding
    errors = ("strict", "strict", "backslashreplace")[fd] if old is None else old.errors
    raw = io.FileIO(fd, "w" if fd else "r", closefd=False)
    raw.name = f"<{_NAMES[fd]}>"
    if not fd:
        return io.TextIOWrapper(io.BufferedReader(raw), encoding, errors)
    if old is not None and old.write_through:
        # PYTHONUNBUFFERED is set: there is no buffer at all.
        return io.TextIOWrapper(cast("io.BufferedWriter", raw), encoding, errors, write_through=True)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=_NAMES[fd] == "stderr")


def _run(argv: Sequence[str]) -> int:
    """Run the script and what follows its end in an interpreter; return the exit code."""
    sys.argv = list(argv)
    if not sys.flags.safe_path:
        sys.path.insert(0, os.path.dirname(os.path.realpath(argv[0])))
    file = os.path.join(os.getcwd(), argv[0])
    code, is_interrupted = _execute(file)
    _end_as_interpreter()
    code = _flush(code)
    if is_interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return code


def _end_as_interpreter() -> None:
    """Wait for threads and run exit handlers, as an interpreter does that ends by itself."""
    vars(threading)["_shutdown"]()
    atexit._run_exitfuncs()  # noqa: SLF001  `os._exit` runs none


class _ScriptLoader(importlib.machinery.SourceFileLoader):
    """Loads a script without leaving or trusting compiled code beside it."""

    def get_code(self, fullname: str) -> types.CodeType:
        """Compile the script."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _execute(file: str) -> tuple[int, bool]:
    """Run a file as `__main__`; return its exit code, and whether it was ended by SIGINT."""
    loader = _ScriptLoader("__main__", file)
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=file, __loader__=loader, __cached__=None, __annotations__={})
    sys.modules["__main__"] = module
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        loader.exec_module(module)
    except SystemExit as end:
        return _exit_code(end), False
    except BaseException as error:  # noqa: BLE001  the script may raise anything; this is its top level
        raised = error
    else:
        return 0, False
    # Out of the handler, so that what a hook raises is not chained to it.
    _report(raised, file)
    return 1, isinstance(raised, KeyboardInterrupt)


def _exit_code(end: SystemExit) -> int:
    """Read the argument of `sys.exit` as the interpreter does."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


def _report(error: BaseException, file: str) -> None:
    """Print a traceback that begins in the script."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename != file:
        traceback = traceback.tb_next
    error = error.with_traceback(traceback)
    try:
        sys.excepthook(type(error), error, traceback)
    except BaseException as failure:  # noqa: BLE001  a hook is the script's own, too
        in_hook = None if failure.__traceback__ is None else failure.__traceback__.tb_next
        sys.stderr.write("Error in sys.excepthook:\n")
        sys.__excepthook__(type(failure), failure.with_traceback(in_hook), in_hook)
        sys.stderr.write("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, traceback)


def _flush(code: int) -> int:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return _FLUSH_FAILED
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    return code
