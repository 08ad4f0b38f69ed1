"""What a build with `-e` tells about skipping and running again: pages as StepUp 4 lays them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .causes import Aspect, Change, Difference, hash_change, value_text
from .values import FileHash, Page

__all__ = ("Digests", "pages_of_rerun", "pages_of_skip", "pages_of_unamend")

WIDTH = 20
"""Columns of a description."""


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of a step at its last success, and now."""

    input_before: bytes
    output_before: bytes
    input_after: bytes
    output_after: bytes | None
    """None: not looked at, because the inputs differ already."""
    was_explained: bool
    """The last success was part of a build that explains itself."""


def pages_of_skip(digests: Digests, found: Iterable[Difference]) -> tuple[Page, ...]:
    """Explain why a step need not run."""
    word = "explained" if digests.was_explained else "compact"
    first = _line(
        "Same step hash",
        f"{word}, inp_digest {_short(digests.input_before)}, out_digest {_short(digests.output_before)}",
    )
    return (Page("No changes observed", "\n".join((first, *map(_describe, found)))),)


def pages_of_rerun(digests: Digests, found: Iterable[Difference]) -> tuple[Page, ...]:
    """Explain why a step runs again."""
    found = _looked_at(digests, found)
    missing = [
        one.name
        for one in found
        if one.aspect is Aspect.OUTPUT and one.after is None and one.change is not Change.DELETED
    ]
    pages = [Page("Missing output files", "\n".join(missing))] if missing else []
    return (*pages, *_compared("Changes causing rerun", "Remained the same", digests, found))


def pages_of_unamend(digests: Digests, found: Iterable[Difference]) -> tuple[Page, ...]:
    """Explain why what a step had amended is forgotten."""
    found = _looked_at(digests, found)
    return _compared("Outdated dynamic dependencies", "Remained the same (or missing)", digests, found)


def _looked_at(digests: Digests, found: Iterable[Difference]) -> list[Difference]:
    """Leave the outputs out if nobody has looked at them."""
    return [one for one in found if digests.output_after is not None or one.aspect is not Aspect.OUTPUT]


def _compared(title: str, title_of_same: str, digests: Digests, found: list[Difference]) -> tuple[Page, ...]:
    """Lay out what differs and what does not."""
    changes = [_step_hash(digests), *(_describe(one) for one in found if one.change is not Change.SAME)]
    same = [_describe(one) for one in found if one.change is Change.SAME]
    pages = (Page(title, "\n".join(changes)),)
    return (*pages, Page(title_of_same, "\n".join(same))) if same else pages


def _step_hash(digests: Digests) -> str:
    """Compare the digests themselves."""
    word = "explained" if digests.was_explained else "compact ➜ explained"
    inputs = _digest_change("inp_digest", digests.input_before, digests.input_after)
    return _line(
        "Modified step hash",
        f"{word}, {inputs}, {_digest_change('out_digest', digests.output_before, digests.output_after)}",
    )


def _digest_change(name: str, before: bytes, after: bytes | None) -> str:
    """Compare one digest."""
    if before == after:
        return f"{name} {_short(before)}"
    return f"{name} {_short(before)} ➜ {'(unset)' if after is None else _short(after)}"


def _short(digest: bytes) -> str:
    """Return the beginning of a digest."""
    return digest.hex()[:8]


def _describe(one: Difference) -> str:
    """Return the line about one thing."""
    return _line(f"{one.change.value} {one.aspect.value}", f"{one.name}{_details(one)}")


def _details(one: Difference) -> str:
    """Return what there is to be said beside the name."""
    if one.aspect in {Aspect.INPUT, Aspect.OUTPUT}:
        return f" ({_hashes(one)})" if one.change is Change.MODIFIED else ""
    if one.aspect is Aspect.SHELL:
        return f"{one.before} ➜ {one.after}"
    if one.change is Change.MODIFIED:
        return f" {value_text(one.before)} ➜ {value_text(one.after)}"
    return f" {value_text(one.before if one.change is Change.DELETED else one.after)}"


def _hashes(one: Difference) -> str:
    """Compare two hashes."""
    before, after = (side if isinstance(side, FileHash) else None for side in (one.before, one.after))
    return hash_change(before, after)


def _line(description: str, text: str) -> str:
    """Put a description in its column."""
    return f"{description:<{WIDTH}} {text}"
