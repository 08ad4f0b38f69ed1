"""Scripts that complete commands and options, made from the grammar itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import cast

from stepup_client.cli.grammar import WORKER_COMMANDS

__all__ = ("completion_script", "words_of")

_BASH = """\
# Completion of stepup and sb for {shell}. Load it with: eval "$(stepup completion {shell})"
{prelude}_stepup() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" words
    if [[ "${{COMP_WORDS[0]##*/}}" == sb ]]; then
        command=build
    elif (( COMP_CWORD == 1 )); then
        command=
    fi
    case "$command" in
{cases}
        *) words= ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _stepup stepup sb
"""

_FISH = """\
# Completion of stepup and sb for fish. Load it with: stepup completion fish | source
function __stepup_is
    set -l words (commandline -opc)
    set -l command (string replace -r '.*/' '' -- $words[1])
    test "$command" = sb; and set words stepup build $words[2..]
    test "$words[2]" = "$argv[1]"
end
{lines}
"""

_PRELUDES = {"bash": "", "zsh": "autoload -U +X bashcompinit && bashcompinit\n"}
"""What a shell needs before it understands bash's way."""


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script for the shell's start-up file."""
    if shell == "fish":
        return _FISH.format(lines="\n".join(_fish_lines(words_of(parser))))
    cases = "\n".join(f'        "{name}") words="{" ".join(words)}" ;;' for name, words in words_of(parser).items())
    return _BASH.format(shell=shell, prelude=_PRELUDES[shell], cases=cases)


def _fish_lines(words: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield what fish has to know about each command."""
    for command, following in words.items():
        if not command:
            yield f"complete -c stepup -n __fish_use_subcommand -a '{' '.join(following)}'"
            continue
        plain = " ".join(following)
        yield f"complete -c stepup -n '__stepup_is {command}' -a '{plain}'"
        if command == "build":
            yield f"complete -c sb -n '__stepup_is {command}' -a '{plain}'"


def words_of(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """Return what can follow each command; what can follow none stands under the empty name."""
    commands = dict(_commands_of(parser))
    words = {"": sorted([*_options_of(parser), *commands])}
    words |= {name: sorted(_options_of(command)) for name, command in commands.items()}
    words["worker"] = sorted([*words["worker"], *WORKER_COMMANDS]) if "worker" in words else []
    return words


def _commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to look at a grammar
        if isinstance(action.choices, Mapping):
            yield from cast("Mapping[str, argparse.ArgumentParser]", action.choices).items()


def _options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to look at a grammar
        yield from action.option_strings
        if not action.option_strings and action.choices and not isinstance(action.choices, Mapping):
            yield from action.choices
