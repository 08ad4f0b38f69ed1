"""`stepup config`: what holds, as TOML that could be a configuration file, with the source of each value beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from stepup_client.cli.configuration import kinds
from stepup_client.cli.configuration.effective import Configuration, load_configuration
from stepup_client.cli.configuration.kinds import toml_text
from stepup_client.cli.configuration.layers import variable_name
from stepup_client.cli.configuration.schema import SECTIONS, Section
from stepup_client.cli.environment import project_root

__all__ = ("VARIABLES", "render_configuration", "run_config")

_ERROR = "  <-- ERROR: "
_BARE_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

VARIABLES = {
    "STEPUP_ROOT": "the project, when it is not the current directory",
    "STEPUP_DEBUG": "1: everything goes into the logs, and tracebacks are not shortened",
    "STEPUP_PATH_FILTER": "which imported files become inputs of a Python script",
    "STEPUP_MAX_OUTPUT_SIZE": "how many bytes of a step's output are kept; 0: all",
    "STEPUP_SYNC_RPC_TIMEOUT": "how many seconds a call of a plan may take; 0: any number",
    "STEPUP_DIRECTOR_SOCKET": "set for steps: where their director listens",
    "STEPUP_TOKEN_FILE": "set for steps: where they find what they show to their director",
    "STEPUP_JOB_I": "set for steps: the number of the attempt",
    "STEPUP_STEP_I": "set for steps: the number of the step",
    "STEPUP_STEP_INP_DIGEST": "set for steps: the digest of all that they depend on",
    "STEPUP_STEP_NEED": "set for steps: how much they are wanted",
}
"""Variables that stand for no option of a file."""


def run_config(*, show_all: bool, environ: Mapping[str, str] = os.environ) -> int:
    """Print what holds, and return the exit code: 1 when something is wrong."""
    configuration = load_configuration(project_root(environ), environ)
    print(render_configuration(configuration, environ, show_all=show_all), end="")
    return 1 if configuration.problems() else 0


def render_configuration(configuration: Configuration, environ: Mapping[str, str], *, show_all: bool) -> str:
    """Return the text; with `show_all`, options of which nobody has said anything are in it, too."""
    parts = [
        "\n".join(_places(configuration)),
        "\n".join(_strays(configuration)),
        *("\n".join(_section(configuration, section, show_all=show_all)) for section in _sorted_sections()),
        "\n".join(_variables(configuration)),
        "\n".join(_unknown_variables(environ)),
    ]
    told = [part for part in parts if part]
    if len(told) == 1:
        told.append("# No configuration found.")
    return "\n\n".join(told) + "\n\n"


def _sorted_sections() -> list[Section]:
    return [SECTIONS[name] for name in sorted(SECTIONS)]


def _places(configuration: Configuration) -> Iterator[str]:
    yield "# Config files (lowest to highest priority):"
    for file in configuration.files:
        error = f"{_ERROR}{file.problem}" if file.problem else ""
        yield f"#   {'FOUND:  ' if file.is_found else 'MISSING:'} {file.name}{_flat(error)}"
    yield "# Environment variables: STEPUP_*"


def _strays(configuration: Configuration) -> Iterator[str]:
    """Show what stands where nothing may stand, as comments: it could clash with the rest."""
    for entry in configuration.entries():
        if not entry.section:
            yield f"# {_key(entry.key)} = {toml_text(entry.raw)}  # {entry.source}{_ERROR}{_flat(entry.problem)}"


def _section(configuration: Configuration, section: Section, *, show_all: bool) -> Iterator[str]:
    lines = dict(_lines(configuration, section))
    if show_all:
        for key, option in section.options.items():
            if key not in lines and not option.refusal:
                lines[key] = f"{key} = {toml_text(option.kind.write(option.default))}  # default"
    if lines:
        yield f"[{section.name}]"
        yield from (lines[key] for key in sorted(lines))


def _lines(configuration: Configuration, section: Section) -> Iterator[tuple[str, str]]:
    """Yield a line for each key; where several sources speak of one, the last line stands."""
    merged: dict[str, object] = {}
    sources: dict[str, str] = {}
    for entry in configuration.entries():
        if entry.section != section.name:
            continue
        if entry.problem or entry.option is None:
            error = f"  # {entry.source}{_ERROR}{_flat(entry.problem)}"
            yield entry.key, f"{_key(entry.key)} = {toml_text(entry.raw)}{error}"
            continue
        kind, key = entry.option.kind, entry.key
        is_merged = key in merged and kind is kinds.RESOURCES
        sources[key] = f"{sources[key]}, {entry.source}" if is_merged else entry.source
        merged[key] = kind.merge(merged[key], entry.value) if is_merged else entry.value
        yield key, f"{key} = {toml_text(kind.write(merged[key]))}  # {sources[key]}"


def _variables(configuration: Configuration) -> Iterator[str]:
    if configuration.variables:
        yield "# Configuration environment variables:"
    for entry in sorted(configuration.variables, key=lambda entry: entry.source):
        error = f"{_ERROR}{_flat(entry.problem)}" if entry.problem else ""
        yield f"#   {entry.source.removeprefix('$')} = {toml_text(entry.raw)}{error}"


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    known = {
        variable_name(section.name, option) for section in SECTIONS.values() for option in section.options.values()
    }
    unknown = [name for name in sorted(environ) if name.startswith("STEPUP_") and name not in known | VARIABLES.keys()]
    if unknown:
        yield "# Unrecognized environment variables, without effect:"
    for name in unknown:
        yield f"#   {name} = {toml_text(environ[name])}{_did_you_mean(name, known)}"


def _did_you_mean(name: str, known: set[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f"  (did you mean {found[0]}?)" if found else ""


def _key(key: str) -> str:
    return key if key and not set(key) - set(_BARE_KEY) else toml_text(key)


def _flat(text: str) -> str:
    """Return a text on one line, as a comment must be."""
    return " ".join(text.splitlines())
