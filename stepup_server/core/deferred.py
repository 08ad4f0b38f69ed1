"""Deferred globs of version 1: patterns whose matches become static files when they are first used as inputs.

A deferred glob is a tree by pattern instead of by directory, with two differences. It gives its files away to whoever
declares them by name, or as part of a static tree, in either order. And like any pattern it matches no products.
"""

from __future__ import annotations

from .desk import Desk
from .leftovers import dispossess, is_leftover
from .lending import files_matching
from .outputs import glob_matches_product
from .ownership import adopt_static, name_of
from .patterns import anchor_pattern, check_pattern, named_wildcards
from .records import Step
from .refusals import AlreadyDeclared, InvalidArgument
from .values import DeferredDeclaration, Source

__all__ = ("declare_deferred",)


def declare_deferred(desk: Desk, step: Step, declaration: DeferredDeclaration) -> None:
    """Declare deferred globs."""
    source = declaration.source
    patterns: dict[str, None] = {}
    for text in declaration.patterns:
        check_pattern(text, source)
        if named_wildcards(text):
            raise InvalidArgument(f"A deferred glob cannot have named wildcards: {text}", source)
        patterns[anchor_pattern(declaration.base, text, source)] = None
    for pattern in patterns:
        _check(desk, step, pattern, source)
    for pattern in patterns:
        _add(desk, step, pattern)


def _check(desk: Desk, step: Step, pattern: str, source: Source) -> None:
    """Refuse a deferred glob that another step has declared, or that matches what a step builds."""
    graph = desk.graph
    known = graph.deferred_by_pattern.get(pattern)
    if known is not None and known.creator != step.id and not is_leftover(graph, known, step):
        first, second = sorted((step.label, name_of(graph.creator_step(known))))
        raise AlreadyDeclared(
            f"Deferred glob ({pattern}) is declared by both step ({first}) and step ({second}). Drop one of the two.",
            source,
        )
    for file in files_matching(graph, pattern):
        if file.is_product and not is_leftover(graph, file, step):
            raise glob_matches_product(pattern, step.label, file.path, name_of(graph.producer(file)), source)


def _add(desk: Desk, step: Step, pattern: str) -> None:
    """Declare a deferred glob; it takes the files that are used already and that nobody declares."""
    graph = desk.graph
    tree = graph.deferred_by_pattern.get(pattern) or graph.make_tree(pattern, is_pattern=True)
    if tree.creator == step.id:
        return
    dispossess(desk, tree)
    graph.attach(tree, step.id)
    for file in files_matching(graph, pattern):
        if is_leftover(graph, file, step) and (file.consumers or file.is_product):
            adopt_static(desk, file, tree)
