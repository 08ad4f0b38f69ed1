"""What nobody builds: static files, static trees, and the directories of version 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .commands import MakeDirectories
from .desk import Desk
from .leftovers import dispossess, is_leftover
from .ownership import adopt_static, check_not_internal, claim_path, name_of, product_in_tree
from .paths import is_below, join, relative_to
from .patterns import anchor_pattern, check_static_pattern, has_wildcards
from .records import File, Step, Tree
from .refusals import AlreadyDeclared, GraphConflict, InvalidPath
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

    files: list[str]
    """Sorted."""
    trees: list[str]
    """Sorted, so that parents come first; no trailing slashes."""
    queries: list[GlobQuery]


def questions_of(declarations: Iterable[StaticDeclaration]) -> tuple[dict[str, None], dict[GlobQuery, None]]:
    """Return the literal paths and the patterns that declarations ask about, in order."""
    paths: dict[str, None] = {}
    queries: dict[GlobQuery, None] = {}
    for declaration in declarations:
        for text in declaration.paths:
            if has_wildcards(text):
                check_static_pattern(text, declaration.source, declaration.substitutions)
                queries[_query(declaration, text)] = None
            else:
                paths[join(declaration.base, text, declaration.source)] = None
    return paths, queries


def declare_static(desk: Desk, step: Step, declaration: StaticDeclaration, facts: DiskFacts) -> tuple[str, ...]:
    """Declare files and trees; return them sorted, relative to the declaration's base, trees with a trailing slash."""
    resolved = _resolve(declaration, facts)
    for path in resolved.trees:
        _check_tree(desk, step, path, declaration.source)
    for path in resolved.files:
        _check_file(desk, step, path, declaration.source)
    for query in resolved.queries:
        desk.register_glob(step, query, facts.matches[query])
    for path in resolved.trees:
        _add_tree(desk, step, path)
    for path in resolved.files:
        _add_file(desk, step, path)
    names = [path + "/" for path in resolved.trees] + resolved.files
    return tuple(sorted(relative_to(name, declaration.base) for name in names))


def declare_directories(desk: Desk, step: Step, declaration: DirectoryDeclaration) -> None:
    """Note directories that hold products; a tree of the same step at such a path is none."""
    paths = [join(declaration.base, path, declaration.source) for path in declaration.paths]
    for path in paths:
        check_not_internal(path, declaration.source)
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


def _query(declaration: StaticDeclaration, text: str) -> GlobQuery:
    """Return the pattern of a static declaration, relative to the root."""
    return GlobQuery(anchor_pattern(declaration.base, text, declaration.source), declaration.substitutions)


def _resolve(declaration: StaticDeclaration, facts: DiskFacts) -> _Resolved:
    """Tell files from trees."""
    files: set[str] = set()
    trees: set[str] = set()
    queries: list[GlobQuery] = []
    for text in declaration.paths:
        if has_wildcards(text):
            query = _query(declaration, text)
            queries.append(query)
            for match in facts.matches[query]:
                (trees if match.path.endswith("/") else files).add(match.path.rstrip("/"))
        else:
            path = join(declaration.base, text, declaration.source)
            _check_is_there(text, facts.kinds[path], declaration.source)
            (trees if facts.kinds[path] is PathKind.DIRECTORY else files).add(path)
    return _Resolved(sorted(files), sorted(trees), queries)


def _check_is_there(text: str, kind: PathKind, source: Source) -> None:
    """Refuse a literal static path at which there is no file or directory."""
    if kind in {PathKind.MISSING, PathKind.SPECIAL, PathKind.UNREADABLE}:
        wrong = "does not exist" if kind is PathKind.MISSING else f"is {kind.value}"
        raise InvalidPath(f"Static path {wrong}: {text}", source)
    if kind is PathKind.FILE and text.endswith("/"):
        raise InvalidPath(f"Static path ends in a slash but is not a directory: {text}", source)


def _check_tree(desk: Desk, step: Step, path: str, source: Source) -> None:
    """Refuse a tree that something else stands in the way of."""
    check_not_internal(path, source)
    if path in {".", "/"} or set(path.split("/")) == {".."}:
        raise GraphConflict(f"A static tree cannot be the project root, / or a directory above it: {path}", source)
    for tree in desk.graph.trees.values():
        overlaps = is_below(path, tree.path) or is_below(tree.path, path)
        if overlaps and tree.creator != step.id and not is_leftover(desk.graph, tree, step):
            raise AlreadyDeclared(
                f"Static tree ({path}/) of step ({step.label}) overlaps static tree ({tree.path}/)"
                f" of step ({name_of(desk.graph.creator_step(tree))}).",
                source,
            )
    for file in _files_below(desk, step, path):
        owner = desk.graph.creator_step(file)
        if file.is_product:
            raise product_in_tree(path, file.path, source)
        if owner is not step:
            raise AlreadyDeclared(
                f"Static tree ({path}/) of step ({step.label}) cannot contain static file ({file.path})"
                f" of step ({name_of(owner)}): a static tree is the sole owner of the files under it.",
                source,
            )


def _files_below(desk: Desk, step: Step, path: str) -> Iterable[File]:
    """Return the files in a directory that are declared and do not give way to a step."""
    prefix, graph = path + "/", desk.graph
    below = (file for file in graph.files.values() if not file.detached and file.path.startswith(prefix))
    return [file for file in below if not is_leftover(graph, file, step)]


def _check_file(desk: Desk, step: Step, path: str, source: Source) -> None:
    """Refuse a static file that something else stands in the way of."""
    check_not_internal(path, source)
    graph = desk.graph
    others = (tree for tree in graph.trees_above(path) if tree.creator != step.id)
    tree = next((tree for tree in others if not is_leftover(graph, tree, step)), None)
    if tree is not None:
        raise AlreadyDeclared(
            f"Static file ({path}) lies in static tree ({tree.path}/) of step"
            f" ({name_of(desk.graph.creator_step(tree))}): a static tree is the sole owner of the files under it.",
            source,
        )
    file = graph.file_by_path.get(path)
    if file is None or is_leftover(graph, file, step) or (graph.creator_step(file) is step and file.is_static):
        return
    owner = graph.creator_step(file)
    role = "an output" if file.is_product else "a static file"
    raise AlreadyDeclared(f"Static file ({path}) is already declared as {role} of step ({name_of(owner)}).", source)


def _add_tree(desk: Desk, step: Step, path: str) -> None:
    """Declare a tree, which takes over the files below it that are already known."""
    if path in step.directories:
        return
    tree = desk.graph.tree_by_path.get(path) or desk.graph.make_tree(path)
    if tree.creator == step.id:
        return
    _make_way(desk, step, tree)
    desk.graph.attach(tree, step.id)
    prefix = path + "/"
    for file in [file for file in desk.graph.files.values() if file.path.startswith(prefix)]:
        if file.creator == step.id or is_leftover(desk.graph, file, step):
            file.listed = file.creator == step.id and file.is_static
            if file.listed:
                desk.graph.detach(file)
            adopt_static(desk, file, tree)


def _make_way(desk: Desk, step: Step, tree: Tree) -> None:
    """Let the leftover trees give way that overlap a new one."""
    dispossess(desk, tree)
    claim_path(desk, tree.path, step)
    for other in list(desk.graph.trees.values()):
        if is_below(other.path, tree.path) and not other.detached and is_leftover(desk.graph, other, step):
            dispossess(desk, other)


def _add_file(desk: Desk, step: Step, path: str) -> None:
    """Declare a static file; one in a tree of the same step belongs to the tree."""
    file = desk.graph.file_by_path.get(path) or desk.graph.make_file(path)
    claim_path(desk, path, step)
    tree = desk.graph.tree_above(path)
    if tree is not None:
        file.listed = True
        desk.graph.changed[file.id] = None
    owner = tree or step
    if file.creator != owner.id:
        adopt_static(desk, file, owner)
