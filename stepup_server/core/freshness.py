"""May a step be skipped? What it would see now and what its last success saw, digests of both, and their differences.

The input digest is SHA-256 over typed words. A word is two bytes of type and its content: bytes `00 00`, text `00 01`
(UTF-8), nothing `00 02`. The words are: the label; `__shell__` and one byte 0 or 1; `__inp_paths__` and, for each
input in the order of paths, its path, mode and size (8 bytes each, big-endian) and content digest; `__env_vars__` and,
for each variable in the order of names, name and value or nothing; `__env_overrides__` and the same.
The output digest is the part between `__inp_paths__` and `__env_vars__` for the outputs, without the markers.
This is the recipe of StepUp 4, so that digests can be compared with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .causes import Aspect, Change, Difference
from .graph import Graph
from .records import File, Past, Step
from .values import FileHash, Observation

__all__ = (
    "Sight",
    "causes_of_rerun",
    "differences",
    "input_digest",
    "last_sight",
    "output_digest",
    "present_sight",
    "remember_success",
    "with_outputs",
)


class Sight(NamedTuple):
    """All that decides what a step does, and what it has made, at one moment."""

    label: str
    shell: bool
    inputs: Mapping[str, FileHash]
    """By path; what has no hash is not there."""
    variables: Mapping[str, str | None]
    """By name; None: not set."""
    overrides: Mapping[str, str]
    """By name."""
    outputs: Mapping[str, FileHash | None]
    """By path; None: it is not there."""


def present_sight(graph: Graph, step: Step, environment: Mapping[str, str], *, only_available: bool = False) -> Sight:
    """Return what a step would see now. Without what it cannot have, an input that is detached is not there."""
    inputs = (file for file in graph.inputs(step) if not only_available or file.is_available)
    return Sight(
        step.label,
        step.shell,
        _hashes(inputs),
        {name: environment.get(name) for name in step.environment},
        dict(step.environment_overrides),
        _hashes(graph.outputs(step)),
    )


def last_sight(graph: Graph, step: Step) -> Sight:
    """Return what the last success of a step saw."""
    past = step.past or _NO_PAST
    return Sight(
        step.label_in(past.workdir),
        step.shell if past.shell is None else past.shell,
        _as_noted(graph.inputs(step), past.inputs),
        step.environment_values,
        dict(step.environment_overrides if past.overrides is None else past.overrides),
        _as_noted(graph.outputs(step), past.outputs),
    )


_NO_PAST = Past()


def _hashes(files: Iterable[File]) -> dict[str, FileHash]:
    """Return the hashes of the files that have one."""
    return {file.path: file.hash for file in files if file.hash is not None}


def _as_noted(files: Iterable[File], notes: Mapping[str, FileHash | None]) -> dict[str, FileHash]:
    """Return the hashes of files as they were when notes were begun."""
    merged = {**{file.path: file.hash for file in files}, **notes}
    return {path: hash_ for path, hash_ in merged.items() if hash_ is not None}


def remember_success(graph: Graph, step: Step, environment: Mapping[str, str], seen: Iterable[Observation]) -> None:
    """Keep what a later check compares with; inputs that were undeclared while the step ran count as it has seen them.

    Their plan runs again at the same time, and may well declare them once more.
    """
    undeclared = {file.path for file in graph.inputs(step) if file.hash is None}
    gone = {one.path: one.hash for one in seen if one.path in undeclared and one.hash is not None}
    sight = present_sight(graph, step, environment)
    sight = sight._replace(inputs={**sight.inputs, **gone})
    step.input_digest, step.output_digest = input_digest(sight), output_digest(sight)
    step.past = Past({**gone}) if gone else None


def with_outputs(sight: Sight, outputs: Mapping[str, FileHash | None]) -> Sight:
    """Return the same sight with outputs as they were found."""
    return sight._replace(outputs=outputs)


# Digests


def input_digest(sight: Sight) -> bytes:
    """Return the digest of all that decides what a step does; 32 bytes."""
    words = [_text(sight.label), _text("__shell__"), _bytes(bytes([sight.shell])), _text("__inp_paths__")]
    words += _file_words(sight.inputs)
    words.append(_text("__env_vars__"))
    for name, value in sorted(sight.variables.items()):
        words += [_text(name), _text(value)]
    words.append(_text("__env_overrides__"))
    for name, value in sorted(sight.overrides.items()):
        words += [_text(name), _text(value)]
    return hashlib.sha256(b"".join(words)).digest()


def output_digest(sight: Sight) -> bytes:
    """Return the digest of the hashed outputs of a step; 32 bytes."""
    return hashlib.sha256(b"".join(_file_words(sight.outputs))).digest()


def _file_words(hashes: Mapping[str, FileHash | None]) -> list[bytes]:
    """Return the words of files, in the order of their paths."""
    words: list[bytes] = []
    for path in sorted(hashes):
        hash_ = hashes[path] or _UNKNOWN
        mode, size = hash_.mode.to_bytes(8, "big"), hash_.size.to_bytes(8, "big")
        words += [_text(path), _bytes(mode), _bytes(size), _bytes(hash_.digest)]
    return words


_UNKNOWN = FileHash(b"u", 0, 0, 0, 0)
"""Stands for the hash of what is not there."""


def _bytes(data: bytes) -> bytes:
    """Return a word of bytes."""
    return b"\0\0" + data


def _text(text: str | None) -> bytes:
    """Return a word of text, or the word for nothing."""
    return b"\0\2" if text is None else b"\0\1" + text.encode("utf-8", "surrogateescape")


# Differences


def differences(before: Sight, after: Sight) -> tuple[Difference, ...]:
    """Compare two sights thing by thing; what is the same is in the result too."""
    return (
        *_shell_difference(before, after),
        *_compare(Aspect.INPUT, before.inputs, after.inputs),
        *_compare(Aspect.VARIABLE, before.variables, after.variables),
        *_compare(Aspect.OVERRIDE, before.overrides, after.overrides),
        *_compare(Aspect.OUTPUT, before.outputs, after.outputs),
    )


def _shell_difference(before: Sight, after: Sight) -> Iterator[Difference]:
    """Tell when a shell executes what it did not, or the other way round."""
    if before.shell != after.shell:
        yield Difference(Aspect.SHELL, Change.MODIFIED, "", *(_YES_NO[sight.shell] for sight in (before, after)))


_YES_NO = {True: "yes", False: "no"}


def _compare(
    aspect: Aspect, before: Mapping[str, FileHash | str | None], after: Mapping[str, FileHash | str | None]
) -> Iterator[Difference]:
    """Compare two mappings."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if name not in before:
            change = Change.ADDED
        elif name not in after:
            change = Change.DELETED
        else:
            change = Change.SAME if _is_same(old, new) else Change.MODIFIED
        yield Difference(aspect, change, name, old, new)


def _is_same(before: FileHash | str | None, after: FileHash | str | None) -> bool:
    """Compare two values; the stamps of files do not count."""
    return before[:3] == after[:3] if isinstance(before, FileHash) and isinstance(after, FileHash) else before == after


def causes_of_rerun(found: Iterable[Difference], *, looked_at_outputs: bool) -> tuple[Difference, ...]:
    """Return the differences for which a step must run."""
    return tuple(
        one for one in found if one.change is not Change.SAME and (looked_at_outputs or one.aspect is not Aspect.OUTPUT)
    )
