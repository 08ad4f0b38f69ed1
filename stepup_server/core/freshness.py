"""May a step be skipped? Digests in, a verdict with its reason out.

The input digest is SHA-256 over typed words. A word is two bytes of type and its content: bytes `00 00`, text `00 01`
(UTF-8), nothing `00 02`. The words are: the label; `__shell__` and one byte 0 or 1; `__inp_paths__` and, for each
input in the order of paths, its path, mode and size (8 bytes each, big-endian) and content digest; `__env_vars__` and,
for each variable in the order of names, name and value or nothing; `__env_overrides__` and the same.
The output digest is the part between `__inp_paths__` and `__env_vars__` for the outputs, without the markers.
This is the recipe of StepUp 4, so that digests can be compared with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .graph import Graph
from .records import File, Step

__all__ = ("Run", "Skip", "Verdict", "compare_outputs", "input_digest", "output_digest")


@dataclass(frozen=True, slots=True)
class Skip:
    """The step need not run."""

    because: str


@dataclass(frozen=True, slots=True)
class Run:
    """The step must run."""

    because: str


Verdict = Skip | Run


def input_digest(graph: Graph, step: Step, environment: Mapping[str, str]) -> bytes:
    """Return the digest of all that decides what a step does; 32 bytes.

    Inputs without a hash (amended and gone since) count as absent.
    """
    words = [_text(step.label), _text("__shell__"), _bytes(bytes([step.shell])), _text("__inp_paths__")]
    words += _file_words(graph.inputs(step))
    words.append(_text("__env_vars__"))
    for name in sorted(step.environment):
        words += [_text(name), _text(environment.get(name))]
    words.append(_text("__env_overrides__"))
    for name, value in sorted(step.environment_overrides):
        words += [_text(name), _text(value)]
    return hashlib.sha256(b"".join(words)).digest()


def output_digest(graph: Graph, step: Step) -> bytes:
    """Return the digest of the hashed outputs of a step; 32 bytes."""
    return hashlib.sha256(b"".join(_file_words(graph.outputs(step)))).digest()


def compare_outputs(graph: Graph, step: Step) -> Verdict:
    """Judge a step whose inputs are those of its last success, by the outputs as they are now."""
    for file in graph.outputs(step):
        if file.hash is None:
            return Run(because=f"missing output {file.path}")
    if output_digest(graph, step) != step.output_digest:
        return Run(because="changed outputs")
    return Skip(because="same inputs and outputs")


def _file_words(files: Iterable[File]) -> list[bytes]:
    """Return the words of the files that have a hash, in the order of their paths."""
    words: list[bytes] = []
    for file in sorted(files, key=lambda file: file.path):
        if file.hash is not None:
            mode, size = file.hash.mode.to_bytes(8, "big"), file.hash.size.to_bytes(8, "big")
            words += [_text(file.path), _bytes(mode), _bytes(size), _bytes(file.hash.digest)]
    return words


def _bytes(data: bytes) -> bytes:
    """Return a word of bytes."""
    return b"\0\0" + data


def _text(text: str | None) -> bytes:
    """Return a word of text, or the word for nothing."""
    return b"\0\2" if text is None else b"\0\1" + text.encode("utf-8", "surrogateescape")
