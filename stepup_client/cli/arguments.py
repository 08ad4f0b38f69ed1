"""From arguments, environment and configuration files to the value that says what is to be done."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from stepup_client.cli.configuration.effective import load_configuration
from stepup_client.cli.configuration.schema import SECTIONS, Browse, Build, Clean, Values
from stepup_client.cli.environment import is_debugging, project_root
from stepup_client.cli.failures import UsageError
from stepup_client.cli.grammar import (
    PLAIN,
    SITE_FILES,
    WORKER_COMMANDS,
    given_options,
    make_parser,
    make_workers_parser,
)
from stepup_client.cli.old_ways import modernized
from stepup_client.cli.options import (
    AttachCommand,
    BrowseCommand,
    BuildCommand,
    CancelCommand,
    CleanCommand,
    CompletionCommand,
    ConfigCommand,
    ConnectCommand,
    GraphCommand,
    Invocation,
    LogsCommand,
    Look,
    PlainCommand,
    Program,
    ProgramCommand,
    StatusCommand,
    TrustCommand,
    WaitCommand,
    WhyCommand,
    WorkerDrainCommand,
    WorkerListCommand,
)
from stepup_client.cli.trust import TRUST_COMMANDS

__all__ = ("PROGRAMS", "parse")

PROGRAMS = {program.value: program for program in Program}
"""Commands that read their arguments themselves."""


def parse(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> Invocation | None:
    """Return what the arguments ask for; None when they name no command.

    Raises
    ------
    SystemExit
        For help, for the version and for arguments that are wrong, as argparse does.
    UsageError
        For a configuration that is wrong.
    """
    if len(argv) > 1 and argv[0] == Program.WORKER.value and argv[1] in WORKER_COMMANDS:
        namespace = make_workers_parser().parse_args(argv[1:])
        return _WORKER_MAKERS[namespace.command](namespace)
    if list(argv[:1]) == [Program.DIRECTOR.value] and argv[1:2] and argv[1] in TRUST_COMMANDS:
        return TrustCommand(tuple(argv[1:]))
    if argv and argv[0] in PROGRAMS:
        return ProgramCommand(PROGRAMS[argv[0]], tuple(argv[1:]))
    words, notes = modernized(argv)
    for note in notes:
        print(note, file=sys.stderr)
    namespace = make_parser().parse_args(words)
    return None if namespace.command is None else _MAKERS[namespace.command](namespace, environ)


def _settled(namespace: argparse.Namespace, environ: Mapping[str, str]) -> Values:
    """Put the options of a command on top of files and variables."""
    section = SECTIONS[namespace.command]
    configuration = load_configuration(project_root(environ), environ)
    return configuration.values(section, given_options(namespace, section))


def _build_command(namespace: argparse.Namespace, environ: Mapping[str, str]) -> BuildCommand:
    values = _settled(namespace, environ)
    is_told_level = Build.LOG_LEVEL in values or not is_debugging(environ)
    return BuildCommand(
        targets=tuple(namespace.targets),
        jobs=values[Build.JOBS],
        are_jobs_given=namespace.jobs is not None,
        workers=values[Build.WORKERS],
        keep_going=values[Build.KEEP_GOING],
        watch=values[Build.WATCH] or values[Build.WATCH_FIRST],
        watch_first=values[Build.WATCH_FIRST],
        clean=values[Build.CLEAN],
        resources=values[Build.RESOURCES],
        defer_cap=values[Build.DEFER_CAP],
        explain_rerun=values[Build.EXPLAIN_RERUN],
        duration=values[Build.DURATION],
        look=Look(progress=values[Build.PROGRESS], verbose=values[Build.VERBOSE]),
        fix_epoch=values[Build.FIX_EPOCH],
        forkserver=values[Build.FORKSERVER],
        preload_modules=values[Build.PRELOAD_MODULES],
        allow_root=values[Build.ALLOW_ROOT],
        joblog=values[Build.JOBLOG],
        log_level=values[Build.LOG_LEVEL] if is_told_level else "debug",
        log_format=values[Build.LOG_FORMAT],
        detach=values[Build.DETACH],
    )


def _attach_command(namespace: argparse.Namespace, environ: Mapping[str, str]) -> AttachCommand:
    """Take over how a build looks; what it builds was said when it was begun."""
    section = SECTIONS["build"]
    values = load_configuration(project_root(environ), environ).values(section, {})
    look = Look(progress=values[Build.PROGRESS], verbose=namespace.verbose or values[Build.VERBOSE])
    return AttachCommand(look, namespace.director)


def _browse_command(namespace: argparse.Namespace, environ: Mapping[str, str]) -> BrowseCommand:
    values = _settled(namespace, environ)
    return BrowseCommand(values[Browse.PORT], values[Browse.OPEN_BROWSER], values[Browse.BROWSER])


def _clean_command(namespace: argparse.Namespace, environ: Mapping[str, str]) -> CleanCommand:
    values = _settled(namespace, environ)
    return CleanCommand(
        paths=tuple(namespace.paths),
        commit=values[Clean.COMMIT],
        everything=values[Clean.ALL],
        unsafe=values[Clean.UNSAFE],
    )


_WORKER_MAKERS: dict[str, Callable[[argparse.Namespace], Invocation]] = {
    "list": lambda namespace: WorkerListCommand(namespace.json, namespace.director),
    "drain": lambda namespace: WorkerDrainCommand(tuple(namespace.workers), namespace.wait, namespace.director),
}


def _logs_command(namespace: argparse.Namespace, _environ: Mapping[str, str]) -> LogsCommand:
    both = frozenset({"stdout", "stderr"})
    streams = both if namespace.stream is None else frozenset({namespace.stream})
    return LogsCommand(
        namespace.step, follow=namespace.follow, streams=streams, as_json=namespace.json, director=namespace.director
    )


def _connect_command(namespace: argparse.Namespace, _environ: Mapping[str, str]) -> ConnectCommand:
    files = tuple(path for path in (namespace.tls_ca, namespace.tls_cert, namespace.tls_key) if path)
    if len(files) not in (0, len(SITE_FILES)):
        raise UsageError("--tls-ca, --tls-cert and --tls-key belong together: give all three.")
    if bool(files) is bool(namespace.code):
        raise UsageError(
            "Give the CODE that `stepup director invite --role viewer` (or admin) prints on the director's machine,"
            " or certificates of your own (--tls-ca, --tls-cert, --tls-key)."
        )
    return ConnectCommand(namespace.address, namespace.code, files)


_MAKERS: dict[str, Callable[[argparse.Namespace, Mapping[str, str]], Invocation]] = {
    "attach": _attach_command,
    "build": _build_command,
    "clean": _clean_command,
    "wait": lambda namespace, _: WaitCommand(namespace.update, namespace.delete, namespace.director),
    "status": lambda namespace, _: StatusCommand(namespace.json, namespace.director),
    "browse": _browse_command,
    "why": lambda namespace, _: WhyCommand(namespace.step, namespace.json, namespace.director),
    "cancel": lambda namespace, _: CancelCommand(namespace.step, namespace.json, namespace.director),
    "connect": _connect_command,
    "logs": _logs_command,
    "graph": lambda namespace, _: GraphCommand(namespace.prefix, namespace.mermaid, namespace.director),
    "config": lambda namespace, _: ConfigCommand(namespace.all),
    "completion": lambda namespace, _: CompletionCommand(namespace.shell),
    **{name: lambda namespace, _: PlainCommand(namespace.command, namespace.director) for name in PLAIN},
}
"""For each command, what turns its arguments into a value."""
