"""The pages: functions from the stored graph to HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from stepup_server.core.commands import OutputRow, SubprocessRow
from stepup_server.core.director import Director
from stepup_server.core.ids import ROOT, NodeId
from stepup_server.core.reasons import Reason
from stepup_server.core.records import File, Node, Step, Tree
from stepup_server.core.states import ReturnCode

from .markup import Content, Markup, join, link, pre, table, tag, void
from .project import StoredProject

__all__ = ("BASE", "PageMissing", "error_page", "page_for")

BASE = "base:///"
"""Stands for the address that holds the token; whoever serves a page knows it."""

ROWS_MAX = 500
"""How many rows a list has."""
URGENT = ("FAILED", "RUNNING", "CHECKING", "PENDING")
"""States of steps that are listed first."""


class PageMissing(Exception):
    """There is no such page."""


Query = Mapping[str, str]

_Found = TypeVar("_Found", Step, File)


def page_for(project: StoredProject, path: tuple[str, ...], query: Query) -> str:
    """Return the page at a path.

    Raises
    ------
    PageMissing
        There is none, or what it was about is gone.
    JournalFailed
        The database cannot be read.
    """
    director = project.director()
    match path:
        case ():
            return _document(project, "Overview", _overview(director))
        case ("steps",):
            return _document(project, "Steps", _steps(director, query), query.get("q", ""))
        case ("files",):
            return _document(project, "Files", _files(director, query), query.get("q", ""))
        case ("search",):
            return _document(project, "Search", _search(director, query), query.get("q", ""))
        case ("step", number):
            step = _find(director.desk.graph.steps, number)
            return _document(project, step.label, _step(project, director, step))
        case ("file", number):
            file = _find(director.desk.graph.files, number)
            return _document(project, file.path, _file(director, file))
        case _:
            raise PageMissing("There is no such page.")


def _find(nodes: Mapping[NodeId, _Found], number: str) -> _Found:
    """Return a node by its number."""
    node = nodes.get(NodeId(int(number))) if number.isdecimal() else None
    if node is None:
        raise PageMissing("It is not in the graph any more.")
    return node


def error_page(message: str) -> str:
    """Return a page with one sentence."""
    return _html("StepUp", tag("main", tag("p", message)))


# The frame


def _document(project: StoredProject, title: str, content: Content, search: str = "") -> str:
    """Return a page with what all pages have."""
    field = void("input", type="search", name="q", placeholder="step or file", value=search)
    form = tag("form", field, action="search")
    header = tag("header", link("StepUp", class_="home"), link("Steps", "steps"), link("Files", "files"), form)
    footer = tag("footer", project.root)
    return _html(title, header, tag("main", tag("h1", title), content), footer)


def _html(title: str, *body: Content) -> str:
    """Return a whole document; its addresses are relative to the one that holds the token."""
    head = tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width"),
        void("base", href=BASE),
        void("link", rel="stylesheet", href="style.css"),
        tag("title", title),
    )
    return "<!doctype html>\n" + tag("html", head, tag("body", *body), lang="en")


def _state(name: str) -> Markup:
    """Return a state, in its colour."""
    return tag("span", name, class_=f"state {name.lower()}")


def _facts(rows: Iterable[tuple[str, Content]]) -> Markup:
    """Return names with values; those without a value are left out."""
    shown = ((name, value) for name, value in rows if value not in (None, "", ()))
    return tag("dl", *((tag("dt", name), tag("dd", value)) for name, value in shown))


def _section(title: str, *content: Content) -> Markup | None:
    """Return a part of a page; None if there is nothing in it."""
    body = join(content)
    return tag("section", tag("h2", title), body) if body else None


# Lists


def _overview(director: Director) -> Content:
    """Return how the last build ended, counts, and what is urgent."""
    desk = director.desk
    steps = [step for step in desk.graph.steps.values() if not step.detached]
    files = [file for file in desk.graph.files.values() if not file.detached]
    urgent = [step for state in URGENT for step in steps if step.state.name == state and step.wanted]
    removed = (tag("li", one.label) for one in desk.removals)
    return (
        _facts([("Builds", desk.graph.last_build), ("Last build", _ending(desk.return_code))]),
        _section("Steps", _counts("steps", Counter(step.state.name for step in steps))),
        _section("Files", _counts("files", Counter(file.state.name for file in files))),
        _section("To look at", _step_table(urgent)) if urgent else None,
        _section("Removed by the last build", tag("ul", *removed)) if desk.removals else None,
    )


def _ending(code: ReturnCode) -> str:
    """Say how a build has ended."""
    words = [flag.name.lower() for flag in ReturnCode if flag and flag in code and flag.name]
    return f"exit code {int(code)}: {', '.join(words) or 'everything is up to date'}"


def _counts(page: str, counts: Counter[str]) -> Markup:
    """Return counts by state, each leading to its list."""
    links = (
        link((_state(name), " ", count), page, class_="count", state=name) for name, count in sorted(counts.items())
    )
    return tag("p", *links)


def _steps(director: Director, query: Query) -> Content:
    """Return the steps in some state, or all."""
    return _step_table([step for step in director.desk.graph.steps.values() if _is_in(step, query.get("state", ""))])


def _files(director: Director, query: Query) -> Content:
    """Return the files in some state, or all."""
    files = [file for file in director.desk.graph.files.values() if _is_in(file, query.get("state", ""))]
    return _file_table(director, sorted(files, key=lambda file: file.path))


def _is_in(node: Step | File, state: str) -> bool:
    """Tell whether a node is declared and in a state; without a state, all are."""
    return not state or (node.state.name == state and not node.detached)


def _search(director: Director, query: Query) -> Content:
    """Return the steps and files in whose names some words occur."""
    words = query.get("q", "").casefold().split()
    if not words:
        return tag("p", "Type a part of a command or of a path.")
    steps = [step for step in director.desk.graph.steps.values() if _has(step.label, words)]
    files = [file for file in director.desk.graph.files.values() if _has(file.path, words)]
    found = (
        _section("Steps", _step_table(steps)) if steps else None,
        _section("Files", _file_table(director, files)) if files else None,
    )
    return found if steps or files else tag("p", "Nothing was found.")


def _has(text: str, words: list[str]) -> bool:
    """Tell whether all words occur."""
    folded = text.casefold()
    return all(word in folded for word in words)


def _step_table(steps: list[Step]) -> Content:
    """Return a list of steps."""
    rows = (
        (
            _state(step.state.name),
            _node_link(step),
            f"{step.duration_s:.2f} s" if step.duration_s else "",
            _story_word(step),
        )
        for step in steps[:ROWS_MAX]
    )
    return (table(("state", "step", "duration", "last time"), rows), _left_out(len(steps)))


def _file_table(director: Director, files: list[File]) -> Content:
    """Return a list of files."""
    graph = director.desk.graph
    rows = (
        (_state(file.state.name), _node_link(file), _size(file), _maybe_link(graph.creator_step(file)))
        for file in files[:ROWS_MAX]
    )
    return (table(("state", "file", "size", "made or declared by"), rows), _left_out(len(files)))


def _left_out(count: int) -> Markup | None:
    """Say how many rows are not shown."""
    return tag("p", f"... and {count - ROWS_MAX} more") if count > ROWS_MAX else None


def _story_word(step: Step) -> str:
    """Say what happened to a step when it last had its turn."""
    return "" if step.story is None else f"{step.story.ending.value} in build {step.story.build}"


def _size(file: File) -> str:
    """Return how large a file is."""
    return "" if file.hash is None else f"{file.hash.size:,} bytes"


def _node_link(node: Node) -> Markup:
    """Return a link to the page about a node."""
    class_ = "detached" if node.detached else ""
    if isinstance(node, Tree):
        return tag("span", node.path + "/")
    kind, name = ("step", node.label) if isinstance(node, Step) else ("file", node.path)
    return link(name, kind, node.id, class_=class_)


def _maybe_link(node: Node | None) -> Markup | None:
    """Return a link to a node that may not exist."""
    return None if node is None else _node_link(node)


# One step


def _step(project: StoredProject, director: Director, step: Step) -> Content:
    """Return all that is known of a step."""
    return (
        _facts(_step_facts(director, step)),
        _section("Why", tag("ul", _reason(director.explain_step(step)), class_="why")),
        *_attempt(project, step),
        *_edges(director, step),
        _section("Variables", _variables(step)),
        _section("Patterns", _patterns(step)),
    )


def _attempt(project: StoredProject, step: Step) -> Iterable[Markup | None]:
    """Return how the last attempt of a step went, what it wrote and what it ran."""
    output = project.output(step.id)
    if output is None:
        return
    yield _section("Attempt", _facts(_attempt_facts(output)))
    yield _section("Standard output", pre(_text(output.stdout)) if output.stdout else None)
    yield _section("Standard error", pre(_text(output.stderr)) if output.stderr else None)
    yield _section("Programs that it ran", *map(_subprocess, project.subprocesses(step.id)))


def _subprocess(row: SubprocessRow) -> Content:
    """Return what is known of a program that a step has run."""
    return (
        _facts((("Command", tag("code", row.command)), ("Workdir", row.workdir), ("Exit code", row.exit_code))),
        *(pre(text) for text in (row.stdout, row.stderr) if text),
    )


def _step_facts(director: Director, step: Step) -> Iterable[tuple[str, Content]]:
    """Return the properties of a step."""
    graph = director.desk.graph
    return (
        ("State", (_state(step.state.name), " (not declared any more)" if step.detached else "")),
        ("Command", tag("code", step.command)),
        ("Workdir", step.workdir),
        ("Executed by", "a shell" if step.shell else ""),
        ("Need", step.need.name),
        ("Declared at", str(step.source)),
        ("Declared by", "the root" if step.creator == ROOT else _maybe_link(graph.creator_step(step))),
        ("Resources", ", ".join(f"{name}: {units}" for name, units in step.resources)),
        ("Workers", step.where),
        ("Sets", ", ".join(f"{name}={value}" for name, value in step.environment_overrides)),
        ("Last time", _story_word(step)),
        ("Digest of inputs", tag("code", step.input_digest.hex()) if step.input_digest else ""),
    )


def _reason(reason: Reason) -> Markup:
    """Return a sentence above those that it follows from."""
    below = tag("ul", *(_reason(one) for one in reason.because)) if reason.because else None
    return tag("li", reason.text, below, class_=reason.kind)


def _attempt_facts(output: OutputRow) -> Iterable[tuple[str, Content]]:
    """Return how an attempt ended and what it used."""
    return (
        ("Number", output.attempt),
        ("End", output.end),
        ("Took", f"{output.wall_s:.3f} s"),
        ("Processor", f"{output.cpu_s:.3f} s"),
        ("Memory", f"{output.rss_bytes_max / 2**20:.1f} MiB" if output.rss_bytes_max else ""),
    )


def _text(data: bytes) -> str:
    """Return what a step wrote as text."""
    return data.decode("utf-8", "replace")


def _edges(director: Director, step: Step) -> Iterable[Markup | None]:
    """Return what a step uses, makes and declares."""
    yield _section("Inputs", _edge_table(director, step.inputs, with_makers=True))
    yield _section("Outputs", _edge_table(director, step.outputs, with_makers=False))
    yield _section("Volatile outputs", _edge_table(director, step.volatiles, with_makers=False))
    products = [director.desk.graph.node(id_) for id_ in step.products]
    items = (tag("li", _node_link(node)) for node in products[:ROWS_MAX])
    yield _section("Declares", tag("ul", *items), _left_out(len(products))) if products else None


def _edge_table(director: Director, edges: Mapping[NodeId, bool], *, with_makers: bool) -> Content:
    """Return the files at the other end of some edges."""
    graph = director.desk.graph
    if not edges:
        return None
    files = sorted(((graph.files[id_], dynamic) for id_, dynamic in edges.items()), key=lambda pair: pair[0].path)
    rows = (
        (
            _state(file.state.name),
            _node_link(file),
            _size(file),
            "amended" if dynamic else "",
            _maybe_link(graph.creator_step(file)) if with_makers else None,
        )
        for file, dynamic in files[:ROWS_MAX]
    )
    return (
        table(("state", "file", "size", "", "made or declared by" if with_makers else ""), rows),
        _left_out(len(files)),
    )


def _variables(step: Step) -> Markup | None:
    """Return the variables that a step asked for, with what its last attempt saw."""
    if not step.environment:
        return None
    rows = (
        (name, _value(step.environment_values.get(name)), "amended" if dynamic else "")
        for name, dynamic in sorted(step.environment.items())
    )
    return table(("name", "value", ""), rows)


def _value(value: str | None) -> str:
    """Show the value of a variable."""
    return "(unset)" if value is None else value


def _patterns(step: Step) -> Markup | None:
    """Return the patterns that a step asked for, with what they matched."""
    if not step.globs:
        return None
    items: list[Markup] = []
    for query, matches in step.globs.items():
        paths = ", ".join(match.path for match in matches[:ROWS_MAX])
        items.append(tag("li", tag("code", query.pattern), f" {len(matches)} match(es): {paths}"))
    return tag("ul", *items)


# One file


def _file(director: Director, file: File) -> Content:
    """Return all that is known of a file."""
    graph = director.desk.graph
    maker = graph.producer(file)
    users = graph.consumers(file)
    return (
        _facts(
            (
                ("State", (_state(file.state.name), " (not declared any more)" if file.detached else "")),
                ("Size", _size(file)),
                ("Permissions", f"{file.hash.mode & 0o7777:o}" if file.hash else ""),
                ("SHA-256", tag("code", file.hash.digest.hex()) if file.hash else ""),
                ("Made by", _maybe_link(maker)),
                ("Declared by", _declarer(director, file) if maker is None else None),
            )
        ),
        _section("Used by", _step_table(users)) if users else None,
    )


def _declarer(director: Director, file: File) -> Content:
    """Return who declared a static file."""
    graph = director.desk.graph
    if file.creator == ROOT:
        return "the root"
    tree = graph.trees.get(file.creator) if file.creator is not None else None
    step = _maybe_link(graph.creator_step(file))
    return (step, f", with everything below {tree.path}/") if tree is not None else step
