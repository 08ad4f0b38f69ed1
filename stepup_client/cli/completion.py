"""Scripts that complete commands and options, made from the grammar itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import cast

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

_PRELUDES = {"bash": "", "zsh": "autoload -U +X bashcompinit && bashcompinit\n"}
"""What a shell needs before it understands bash's way."""


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script for the shell's start-up file."""
    cases = "\n".join(f'        "{name}") words="{" ".join(words)}" ;;' for name, words in words_of(parser).items())
    return _BASH.format(shell=shell, prelude=_PRELUDES[shell], cases=cases)


def words_of(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """Return what can follow each command; what can follow none stands under the empty name."""
    commands = dict(_commands_of(parser))
    words = {"": sorted([*_options_of(parser), *commands])}
    return words | {name: sorted(_options_of(command)) for name, command in commands.items()}


def _commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to look at a grammar
        if isinstance(action.choices, Mapping):
            yield from cast("Mapping[str, argparse.ArgumentParser]", action.choices).items()


def _options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to look at a grammar
        yield from action.option_strings
        if not action.option_strings and action.choices and not isinstance(action.choices, Mapping):
            yield from action.choices
