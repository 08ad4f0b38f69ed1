"""Products: who may make a file, and what happens when somebody does."""

from __future__ import annotations

from collections.abc import Iterable

from .desk import Desk
from .ownership import check_not_internal, name_of, product_in_tree, take_from_owner
from .records import File, Step
from .refusals import AlreadyDeclared, GraphConflict, InvalidArgument
from .values import Source

__all__ = ("check_outputs", "claim_outputs")

Products = tuple[Iterable[str], Iterable[str]]
"""Paths of hashed outputs and of volatile outputs."""


def check_outputs(desk: Desk, step: Step | None, label: str, products: Products, source: Source) -> None:
    """Refuse products that belong to somebody else, lie in a static tree, or are matched by a pattern."""
    outputs, volatiles = map(dict.fromkeys, products)
    if both := outputs.keys() & volatiles.keys():
        raise InvalidArgument(f"A path is both output and volatile output: {min(both)}", source)
    for path in (*outputs, *volatiles):
        check_not_internal(path, source)
        tree = desk.graph.tree_above(path)
        if tree is not None:
            raise product_in_tree(tree.path, path, source)
        file = desk.graph.file_by_path.get(path)
        if file is not None and not file.detached:
            _check_owner(desk, file, step, label, source)
        _check_globs(desk, path, label, source)
    for path in volatiles:
        file = desk.graph.file_by_path.get(path)
        if file is not None and any(not user.detached for user in desk.graph.consumers(file)):
            raise GraphConflict(f"Volatile output ({path}) is an input of another step: it is never compared.", source)


def _check_owner(desk: Desk, file: File, step: Step | None, label: str, source: Source) -> None:
    """Refuse a product that another step makes or declares; the same text whichever came first."""
    owner = desk.graph.creator_step(file)
    if owner is step and file.is_product:
        return
    if file.is_product:
        first, second = sorted((label, name_of(owner)))
        where = f" (at {owner.source})" if owner is not None and owner.source.line else ""
        raise AlreadyDeclared(
            f"Output ({file.path}) is claimed by two steps: ({first}) and ({second}){where}."
            " A file is made by one step only.",
            source,
        )
    raise AlreadyDeclared(
        f"Output ({file.path}) of step ({label}) is declared static by step ({name_of(owner)}).", source
    )


def _check_globs(desk: Desk, path: str, label: str, source: Source) -> None:
    """Refuse a product that a registered pattern matches."""
    found = desk.find_glob(path)
    if found is not None:
        query, asker = found
        raise glob_matches_product(query.pattern, asker.label, path, label, source)


def glob_matches_product(pattern: str, asker: str, path: str, maker: str, source: Source) -> GraphConflict:
    """Say that a pattern matches a product; the same text whichever came last."""
    return GraphConflict(
        f"Glob pattern ({pattern}) registered by step ({asker}) matches ({path}), which step ({maker}) builds."
        " A pattern may match static files only: narrow it, or declare the file static instead of building it.",
        source,
    )


def claim_outputs(desk: Desk, step: Step, products: Products, *, dynamic: bool) -> None:
    """Make files the products of a step; those that it makes already stay as they are."""
    for paths, volatile in zip(products, (False, True), strict=True):
        for path in paths:
            file = desk.graph.file_by_path.get(path) or desk.graph.make_file(path)
            if file.creator != step.id:
                take_from_owner(desk, file)
                desk.graph.add_output(step, file, dynamic=dynamic, volatile=volatile)
