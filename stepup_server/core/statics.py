"""What nobody builds: static files, static trees, and the directories of version 1."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from .commands import MakeDirectories
from .desk import Desk
from .grants import check_place
from .leftovers import dispossess, is_leftover
from .lending import is_lent
from .outputs import static_product
from .ownership import adopt_static, check_not_internal, claim_path, look_again, name_of, product_in_tree
from .paths import is_below, join, relative_to
from .patterns import anchor_pattern, check_static_pattern, has_wildcards
from .records import File, Step, Tree
from .refusals import AlreadyDeclared, GraphConflict, InvalidPath, Refusal
from .targeting import check_not_target
from .values import DirectoryDeclaration, GlobMatch, GlobQuery, PathKind, Source, StaticDeclaration

__all__ = ("DiskFacts", "declare_directories", "declare_static", "questions_of")


@dataclass(slots=True)
class DiskFacts:
    """What static declarations need to know of the disk before they are applied."""

    kinds: dict[str, PathKind] = field(default_factory=dict)
    """What is at literal paths."""
    matches: dict[GlobQuery, tuple[GlobMatch, ...]] = field(default_factory=dict)
    """What patterns match."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What a static declaration stands for."""

    files: dict[str, str]
    """Sorted; each with what the plan wrote before it, `./` or nothing."""
    trees: list[str]
    """Sorted, so that parents come first; no trailing slashes."""
    queries: list[GlobQuery]


def questions_of(declarations: Iterable[StaticDeclaration]) -> tuple[dict[str, None], dict[GlobQuery, None]]:
    """Return the literal paths and the patterns that declarations ask about, in order.

    What is wrong about a text is said when its declaration is applied.
    """
    paths: dict[str, None] = {}
    queries: dict[GlobQuery, None] = {}
    for declaration in declarations:
        with contextlib.suppress(Refusal):
            patterns, literals = _read_texts(declaration)
            queries.update(dict.fromkeys(patterns))
            paths.update(dict.fromkeys(literals))
    return paths, queries


def declare_static(desk: Desk, step: Step, declaration: StaticDeclaration, facts: DiskFacts) -> tuple[str, ...]:
    """Declare files and trees; return them sorted, relative to the declaration's base, trees with a trailing slash."""
    resolved = _resolve(declaration, facts)
    _check_trees(desk, step, resolved.trees, declaration.source)
    for path in resolved.files:
        _check_file(desk, step, path, declaration.source)
    for query in resolved.queries:
        desk.register_glob(step, query, facts.matches[query])
    for path in resolved.trees:
        _add_tree(desk, step, path)
    for path in resolved.files:
        _add_file(desk, step, path)
    names = [path + "/" for path in resolved.trees] + list(resolved.files)
    return tuple(sorted(resolved.files.get(name, "") + relative_to(name, declaration.base) for name in names))


def declare_directories(desk: Desk, step: Step, declaration: DirectoryDeclaration) -> None:
    """Note directories that hold products; a tree of the same step at such a path is none."""
    paths = [join(declaration.base, path, declaration.source) for path in declaration.paths]
    for path in paths:
        check_not_internal(path, declaration.source)
        if declaration.create:
            check_place(desk.settings.root, desk.settings.allowed_roots, path, declaration.source)
    for path in paths:
        step.directories[path] = None
        tree = desk.graph.tree_by_path.get(path)
        if tree is not None and tree.creator == step.id:
            _dissolve_tree(desk, step, tree)
    desk.graph.changed[step.id] = None
    if declaration.create:
        desk.commands.append(MakeDirectories(tuple(paths)))


def _dissolve_tree(desk: Desk, step: Step, tree: Tree) -> None:
    """Give the files of a tree that the step named to the step, and leave the others undeclared."""
    graph = desk.graph
    for id_ in list(tree.files):
        file = graph.files[id_]
        graph.detach(file)
        if file.listed:
            file.listed = False
            graph.attach(file, step.id)
    graph.detach(tree)


def _read_texts(declaration: StaticDeclaration) -> tuple[list[GlobQuery], dict[str, str]]:
    """Return the patterns of a declaration and its literal paths, each with the text that names it."""
    patterns: list[GlobQuery] = []
    literals: dict[str, str] = {}
    for text in declaration.paths:
        if has_wildcards(text):
            check_static_pattern(text, declaration.source, declaration.substitutions)
            anchored = anchor_pattern(declaration.base, text, declaration.source)
            patterns.append(GlobQuery(anchored, declaration.substitutions))
        else:
            literals[join(declaration.base, text, declaration.source)] = text
    return patterns, literals


def _resolve(declaration: StaticDeclaration, facts: DiskFacts) -> _Resolved:
    """Tell files from trees."""
    queries, literals = _read_texts(declaration)
    files: dict[str, str] = {}
    trees: set[str] = set()
    for query in queries:
        for match in facts.matches[query]:
            if match.path.endswith("/"):
                trees.add(match.path.rstrip("/") or "/")
            else:
                files[match.path] = ""
    for path, text in literals.items():
        _check_is_there(text, facts.kinds[path], declaration.source)
        if facts.kinds[path] is PathKind.DIRECTORY:
            trees.add(path)
        else:
            files[path] = "./" if text.startswith("./") and not path.startswith("../") else ""
    return _Resolved(dict(sorted(files.items())), sorted(trees), queries)


def _check_is_there(text: str, kind: PathKind, source: Source) -> None:
    """Refuse a literal static path at which there is no file or directory."""
    if kind is PathKind.MISSING or (kind is PathKind.FILE and text.endswith("/")):
        raise InvalidPath(f"Path does not exist: {text}", source)
    if kind in {PathKind.SPECIAL, PathKind.UNREADABLE}:
        wrong = "neither a file nor a directory" if kind is PathKind.SPECIAL else "not readable"
        raise InvalidPath(f"Path is {wrong}: {text}", source)


def _check_trees(desk: Desk, step: Step, paths: list[str], source: Source) -> None:
    """Refuse trees that something else stands in the way of."""
    for path in paths:
        _check_is_no_root(path, source)
        above = _firm_tree_above(desk, step, path)
        if above is None:
            _check_below(desk, step, path, source)
        elif above.creator != step.id:
            raise _overlap(desk, (path, step), above, source)


def _firm_tree_above(desk: Desk, step: Step, path: str) -> Tree | None:
    """Return the tree that holds a path and does not give way to a step."""
    return next((tree for tree in desk.graph.trees_above(path) if not is_leftover(desk.graph, tree, step)), None)


def _check_is_no_root(path: str, source: Source) -> None:
    """Refuse a tree that would own what it must not."""
    if is_below(path, ".stepup"):
        raise GraphConflict(f"Cannot declare a static tree under .stepup: {path}", source)
    if path in {".", "/"}:
        wrong = "the project root" if path == "." else "/"
        raise GraphConflict(
            f"A static tree cannot be {wrong}: it would own what steps make, too. Declare the directories in it.",
            source,
        )


def _check_below(desk: Desk, step: Step, path: str, source: Source) -> None:
    """Refuse a tree because of what is declared below it."""
    graph = desk.graph
    for tree in graph.trees_below(path):
        if not is_leftover(graph, tree, step):
            raise _overlap(desk, (path, step), tree, source)
    for file in graph.files_below(path):
        if not (is_leftover(graph, file, step) or is_lent(graph, file)):
            if file.is_product:
                raise product_in_tree(path, file.path, source)
            if graph.creator_step(file) is not step:
                raise _file_in_tree(path, file.path, source)


def _overlap(desk: Desk, new: tuple[str, Step], tree: Tree, source: Source) -> AlreadyDeclared:
    """Say that one tree lies in another one, or is the same; the same text whichever came last."""
    ours, theirs = (new[0], new[1].label), (tree.path, name_of(desk.graph.creator_step(tree)))
    (outer, first), (inner, second) = sorted((ours, theirs))
    relation = "is the same as" if outer == inner else "contains"
    return AlreadyDeclared(
        f"Static tree ({outer}/) of step ({first}) {relation} static tree ({inner}/) of step ({second}):"
        " a static tree is the sole owner of the files under it. Declare one tree, in one place.",
        source,
    )


def _file_in_tree(tree: str, path: str, source: Source) -> AlreadyDeclared:
    """Refuse a static file in a static tree of another step; the same text whichever came last."""
    return AlreadyDeclared(
        f"Static tree ({tree}/) and static file ({path}) are declared by different steps: a static tree is the"
        " sole owner of the files under it. Drop one of the two; glob() lists the files in a tree.",
        source,
    )


def _check_file(desk: Desk, step: Step, path: str, source: Source) -> None:
    """Refuse a static file that something else stands in the way of."""
    if is_below(path, ".stepup"):
        raise GraphConflict(f"Cannot declare a file under .stepup: {path}", source)
    check_not_target(desk.graph.targets, path, is_static=True, source=source)
    tree = _firm_tree_above(desk, step, path)
    if tree is not None and tree.creator != step.id:
        raise _file_in_tree(tree.path, path, source)
    file = desk.graph.file_by_path.get(path)
    if file is None or is_leftover(desk.graph, file, step) or is_lent(desk.graph, file):
        return
    owner = desk.graph.creator_step(file)
    if file.is_product:
        raise static_product(path, step.label, name_of(owner), source)
    if owner is not step:
        first, second = sorted((step.label, name_of(owner)))
        raise AlreadyDeclared(
            f"File ({path}) is declared static by both step ({first}) and step ({second}). Drop one of the two.", source
        )


def _add_tree(desk: Desk, step: Step, path: str) -> None:
    """Declare a tree, unless it lies in one of the same step; it takes over the files below it that are known."""
    if path in step.directories or any(tree.creator == step.id for tree in desk.graph.trees_above(path)):
        return
    tree = desk.graph.tree_by_path.get(path) or desk.graph.make_tree(path)
    _make_way(desk, step, tree)
    desk.graph.attach(tree, step.id)
    for file in desk.graph.files_below(path):
        file.listed = file.creator == step.id
        if file.listed or (is_lent(desk.graph, file) and not file.detached):
            _hand_over(desk, file, tree)
        elif file.creator == tree.id:
            look_again(desk, file)
        elif is_leftover(desk.graph, file, step):
            adopt_static(desk, file, tree)


def _make_way(desk: Desk, step: Step, tree: Tree) -> None:
    """Let the leftover trees give way that overlap a new one."""
    dispossess(desk, tree)
    claim_path(desk, tree.path, step)
    for other in desk.graph.trees_below(tree.path):
        if not other.detached:
            dispossess(desk, other)


def _hand_over(desk: Desk, file: File, owner: Step | Tree) -> None:
    """Give a static file to another owner, for which it is static as well: what is known of it stays known."""
    desk.graph.detach(file)
    desk.graph.attach(file, owner.id)


def _add_file(desk: Desk, step: Step, path: str) -> None:
    """Declare a static file; one in a tree of the same step belongs to the tree."""
    file = desk.graph.file_by_path.get(path) or desk.graph.make_file(path)
    claim_path(desk, path, step)
    tree = desk.graph.tree_above(path)
    owner = tree or step
    if is_lent(desk.graph, file) and not file.detached:
        _hand_over(desk, file, owner)
    elif file.creator != owner.id:
        adopt_static(desk, file, owner)
    if tree is not None and not file.listed:
        file.listed = True
        step.positions += 1
        file.position = step.positions
        desk.graph.changed[file.id] = None
