"""What holds: the layers on top of one another, and everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stepup_client.cli.configuration.layers import Entry, File, environment_entries, find_files
from stepup_client.cli.configuration.schema import Section, Values
from stepup_client.cli.failures import UsageError

__all__ = ("Configuration", "load_configuration")


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that files and variables say."""

    files: Sequence[File]
    """The weakest first."""
    variables: Sequence[Entry]
    """Stronger than all files."""

    def entries(self) -> Iterator[Entry]:
        """Yield everything that was said, the weakest first."""
        for file in self.files:
            yield from file.entries
        yield from self.variables

    def problems(self) -> list[str]:
        """Return what is wrong, each with its source."""
        unread = [f"{file.name}: {file.problem}" for file in self.files if file.problem]
        return unread + [f"{entry.source}: {entry.problem}" for entry in self.entries() if entry.problem]

    def values(self, section: Section, given: Mapping[str, Sequence[object]]) -> Values:
        """Return what holds for a section, with what was given on the command line on top.

        Raises
        ------
        UsageError
            Something is wrong, anywhere.
        """
        if problems := self.problems():
            listed = "".join(f"  {problem}\n" for problem in problems)
            raise UsageError(
                f"Problems with the StepUp configuration:\n{listed}Run 'stepup config' to inspect the configuration."
            )
        chosen = self._chosen(section)
        for key, values in given.items():
            for value in values:
                _put(chosen, section, key, value)
        for key, value in chosen.items():
            if value and (refusal := section.options[key].refusal):
                raise UsageError(f"{section.options[key].flag} is not offered. {refusal}")
        return Values(chosen)

    def _chosen(self, section: Section) -> dict[str, object]:
        chosen: dict[str, object] = {}
        for entry in self.entries():
            if entry.section == section.name and entry.option is not None and not entry.problem:
                _put(chosen, section, entry.key, entry.value)
        return chosen


def load_configuration(root: str, environ: Mapping[str, str]) -> Configuration:
    """Read all files and variables that concern a project."""
    return Configuration(find_files(root, environ), tuple(environment_entries(environ)))


def _put(chosen: dict[str, object], section: Section, key: str, value: object) -> None:
    """Let a stronger layer speak."""
    chosen[key] = section.options[key].kind.merge(chosen[key], value) if key in chosen else value
