"""Products: who may make a file, and what happens when somebody does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .causes import TakenOver
from .desk import Desk
from .grants import check_place
from .leftovers import dispossess, is_leftover, is_leftover_execution, loosen, must_run
from .lending import deferred_above
from .ownership import check_not_internal, claim_path, name_of, product_in_tree
from .records import File, Step
from .refusals import AlreadyDeclared, GraphConflict, InvalidArgument
from .targeting import check_not_target
from .values import NOWHERE, Source

__all__ = ("Claim", "check_outputs", "claim_outputs", "glob_matches_product", "static_product")

Products = tuple[Iterable[str], Iterable[str]]
"""Paths of hashed outputs and of volatile outputs."""


class Claim(NamedTuple):
    """Who claims files, and for whom."""

    claimant: Step
    """The running step that says so."""
    step: Step | None
    """The step that makes the files; None when it is new."""
    label: str
    """The name of that step."""
    source: Source


def check_outputs(desk: Desk, claim: Claim, products: Products) -> None:
    """Refuse products that belong to somebody else, lie in a static tree, or are matched by a pattern."""
    claimant, source = claim.claimant, claim.source
    graph = desk.graph
    outputs, volatiles = map(dict.fromkeys, products)
    if both := outputs.keys() & volatiles.keys():
        raise InvalidArgument(f"A path is both output and volatile output: {min(both)}", source)
    for path in (*outputs, *volatiles):
        check_not_internal(path, source)
        check_place(desk.settings.root, desk.settings.allowed_roots, path, source)
        tree = next((tree for tree in graph.trees_above(path) if not is_leftover(graph, tree, claimant)), None)
        if tree is not None:
            raise product_in_tree(tree.path, path, source)
        _check_globs(desk, claim, path)
        file = graph.file_by_path.get(path)
        if file is not None and not is_leftover(graph, file, claimant):
            _check_owner(desk, claim, file)
    for path in volatiles:
        check_not_target(graph.targets, path, is_static=False, source=source)
        file = graph.file_by_path.get(path)
        if file is not None and not all(is_leftover(graph, user, claimant) for user in graph.consumers(file)):
            raise GraphConflict(f"Volatile output ({path}) is an input of another step: it is never compared.", source)


def _check_owner(desk: Desk, claim: Claim, file: File) -> None:
    """Refuse a product that another step makes or declares; the same text whichever came first."""
    owner = desk.graph.creator_step(file)
    if owner is claim.step and file.is_product:
        return
    if file.is_product:
        makers = sorted(((claim.label, claim.source), (name_of(owner), NOWHERE if owner is None else owner.source)))
        first, second = (f"({name})" + (f" at {where}" if where.line else "") for name, where in makers)
        raise AlreadyDeclared(
            f"Output ({file.path}) is claimed by two steps: {first} and {second}. A file is made by one step only.",
            claim.source,
        )
    raise static_product(file.path, name_of(owner), claim.label, claim.source)


def static_product(path: str, declarer: str, maker: str, source: Source) -> AlreadyDeclared:
    """Say that a file is both static and a product; the same text whichever came last."""
    return AlreadyDeclared(
        f"File ({path}) cannot be both declared static by step ({declarer}) and made by step ({maker})."
        " Drop the static() call, or write the output elsewhere.",
        source,
    )


def _check_globs(desk: Desk, claim: Claim, path: str) -> None:
    """Refuse a product that a registered pattern matches."""
    for query, asker in desk.find_globs(path):
        if not is_leftover_execution(desk.graph, asker, claim.claimant):
            raise glob_matches_product(query.pattern, asker.label, path, claim.label, claim.source)
    for tree in deferred_above(desk.graph, path):
        if not is_leftover(desk.graph, tree, claim.claimant):
            asking = name_of(desk.graph.creator_step(tree))
            raise glob_matches_product(tree.path, asking, path, claim.label, claim.source)


def glob_matches_product(pattern: str, asker: str, path: str, maker: str, source: Source) -> GraphConflict:
    """Say that a pattern matches a product; the same text whichever came last."""
    return GraphConflict(
        f"Glob pattern ({pattern}) registered by step ({asker}) matches ({path}), which step ({maker}) builds."
        " A pattern may match static files only: narrow it, or declare the file static instead of building it.",
        source,
    )


def claim_outputs(desk: Desk, claimant: Step, step: Step, products: Products, *, dynamic: bool) -> None:
    """Make files the products of a step; those that it makes already stay as they are."""
    for paths, volatile in zip(products, (False, True), strict=True):
        for path in paths:
            file = desk.graph.file_by_path.get(path) or desk.graph.make_file(path)
            if file.creator != step.id:
                _make_way(desk, claimant, file, volatile=volatile)
                desk.graph.add_output(step, file, dynamic=dynamic, volatile=volatile)


def _make_way(desk: Desk, claimant: Step, file: File, *, volatile: bool) -> None:
    """Let all leftovers give way that a new product contradicts."""
    claim_path(desk, file.path, claimant)
    dispossess(desk, file)
    for tree in list(deferred_above(desk.graph, file.path)):
        dispossess(desk, tree)
    for _, asker in list(desk.find_globs(file.path)):
        must_run(desk, asker, TakenOver(file.path))
    if volatile:
        for user in desk.graph.consumers(file):
            loosen(desk, user, claimant)
