"""What the last success of a step saw, where that is not what is there now.

Copy on write: a success notes nothing, because its inputs and outputs are then what the graph knows of them. When one
of them changes, appears or goes, the step notes what it had been. So memory and database hold one entry for each change
since the last success, and nothing for what is up to date.
"""

from __future__ import annotations

from typing import Any

from .records import Past, Step
from .values import FileHash

__all__ = ("note_declaration", "note_input", "note_output", "past_from_json", "past_to_json")


def note_input(step: Step, path: str, hash_: FileHash | None) -> None:
    """Let a step remember what an input was at its last success, unless it does already."""
    if step.input_digest is not None:
        step.past = step.past or Past()
        step.past.inputs.setdefault(path, hash_)


def note_output(step: Step, path: str, hash_: FileHash | None) -> None:
    """Let a step remember what an output was at its last success, unless it does already."""
    if step.input_digest is not None:
        step.past = step.past or Past()
        step.past.outputs.setdefault(path, hash_)


def note_declaration(step: Step) -> None:
    """Let a step remember how it was declared at its last success, unless it does already."""
    if step.input_digest is not None:
        past = step.past = step.past or Past()
        past.shell = step.shell if past.shell is None else past.shell
        past.overrides = step.environment_overrides if past.overrides is None else past.overrides
        past.workdir = step.workdir if past.workdir is None else past.workdir


def past_to_json(past: Past | None) -> dict[str, Any]:
    """Return the notes as plain values; those that say nothing are left out."""
    if past is None:
        return {}
    facts = {
        "inputs": {path: _hash_to_json(hash_) for path, hash_ in past.inputs.items()},
        "outputs": {path: _hash_to_json(hash_) for path, hash_ in past.outputs.items()},
        "shell": past.shell,
        "overrides": past.overrides,
        "workdir": past.workdir,
    }
    return {name: value for name, value in facts.items() if value is not None and value != {}}


def past_from_json(facts: dict[str, Any]) -> Past | None:
    """Return the notes that plain values tell of."""
    if not facts:
        return None
    overrides = facts.get("overrides")
    return Past(
        {path: _hash_from_json(hash_) for path, hash_ in facts.get("inputs", {}).items()},
        {path: _hash_from_json(hash_) for path, hash_ in facts.get("outputs", {}).items()},
        facts.get("shell"),
        None if overrides is None else tuple((name, value) for name, value in overrides),
        facts.get("workdir"),
    )


def _hash_to_json(hash_: FileHash | None) -> list[Any] | None:
    return None if hash_ is None else [hash_.digest.hex(), hash_.mode, hash_.size]


def _hash_from_json(facts: list[Any] | None) -> FileHash | None:
    return None if facts is None else FileHash(bytes.fromhex(facts[0]), facts[1], facts[2], 0, 0)
