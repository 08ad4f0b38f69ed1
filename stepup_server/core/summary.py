"""How a build ended: the return code, and what the user may want to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .desk import Desk
from .ready import ReadyQueue
from .records import File, Step
from .states import ReturnCode, StepState, StopLevel, Tag
from .values import Page

__all__ = ("summarize",)

ROWS_MAX = 10
"""How many lines a page has."""

REMEDY_INPUTS = """\
Create the input file(s) listed above, correct their static() paths,
or add a step that builds them.
Paths in parentheses are detached: no step in the workflow declares them."""
REMEDY_RESOURCES = "Offer more resources with --resources NAME:UNITS."


def summarize(desk: Desk, ready: ReadyQueue) -> ReturnCode:
    """Tell what was left undone and why; return the bits of the return code."""
    attached = [step for step in desk.graph.steps.values() if not step.detached]
    code = ReturnCode.OK
    failed = sum(step.state is StepState.FAILED for step in attached)
    if failed:
        desk.report(Tag.WARNING, f"{failed} step(s) failed.")
        code |= ReturnCode.FAILED
    if desk.stop >= StopLevel.INTERRUPT:
        code |= ReturnCode.INTERRUPTED
    if desk.draining:
        desk.report(Tag.WARNING, "Scheduler is draining. Not reporting pending steps.")
        return code | ReturnCode.DRAINING
    pending = [step for step in attached if step.wanted and step.state is StepState.PENDING]
    if pending:
        desk.report(Tag.WARNING, f"{len(pending)} step(s) remained pending.", *_pending_pages(desk, ready, pending))
        code |= ReturnCode.PENDING
    if code is ReturnCode.OK:
        code |= _justify_globs(desk)
    return code


def _pending_pages(desk: Desk, ready: ReadyQueue, pending: list[Step]) -> list[Page]:
    """Find the root causes of steps that remained pending."""
    missing: Counter[tuple[str, str]] = Counter()
    lacking: Counter[str] = Counter()
    others: list[str] = []
    for step in pending:
        causes = [_describe_file(file) for file in desk.graph.inputs(step) if _is_root_cause(desk, step, file)]
        missing.update(causes)
        lacks = ready.lacking(step) if not step.unready else []
        lacking.update(f"{name}: {dict(step.resources)[name]} of {ready.capacities.get(name, 0)}" for name in lacks)
        if not causes and not lacks:
            reason = _other_reason(desk, step)
            others += [f"{reason}: {step.label}"] if reason is not None else []
    if pending and not (missing or lacking or others):
        others = [f"Waits for a step that waits for it: {step.label}" for step in pending]
    return _pages(missing, lacking, others)


def _pages(missing: Counter[tuple[str, str]], lacking: Counter[str], others: list[str]) -> list[Page]:
    """Lay out the root causes."""
    pages: list[Page] = []
    remedies: list[str] = []
    if missing:
        rows = sorted(missing.items(), key=lambda entry: (-entry[1], entry[0]))
        lines = (f"{state:>20}: {path}  {count} step(s)" for (state, path), count in rows)
        pages.append(_page("Unavailable inputs", lines))
        remedies.append(REMEDY_INPUTS)
    if lacking:
        pages.append(
            _page(
                "Insufficient resources",
                (f"{text}  {count} step(s)" for text, count in sorted(lacking.items())),
            )
        )
        remedies.append(REMEDY_RESOURCES)
    if others:
        pages.append(_page("Other reasons", others))
    if remedies:
        pages.append(Page("Remedy", "\n".join(remedies)))
    return pages


def _page(title: str, lines: Iterable[str]) -> Page:
    """List lines, with a count of those that are left out."""
    lines = list(lines)
    shown = lines[:ROWS_MAX]
    if len(lines) > ROWS_MAX:
        shown.append(f"... and {len(lines) - ROWS_MAX} more")
    return Page(title, "\n".join(shown))


def _is_root_cause(desk: Desk, step: Step, file: File) -> bool:
    """Tell whether a step waits for a file that no pending step will make."""
    waits = file.blocks(dynamic=step.inputs[file.id]) or (step.deferred and not file.is_available)
    return waits and (file.detached or desk.graph.producer(file) is None)


def _describe_file(file: File) -> tuple[str, str]:
    """Return the state of a file and its path, in parentheses when it is detached."""
    return file.state.name, f"({file.path})" if file.detached else file.path


def _other_reason(desk: Desk, step: Step) -> str | None:
    """Say why a step waits that misses no file of the outside world; None when another pending step is the cause."""
    for file in desk.graph.inputs(step):
        maker = desk.graph.producer(file)
        if maker is not None and maker.state is StepState.FAILED:
            return "Needs a step that failed"
    for above in desk.graph.creators(step):
        if above.state is StepState.FAILED:
            return "Planned by a step that failed"
    if step.deferred:
        return "Deferred"
    return None


def _justify_globs(desk: Desk) -> ReturnCode:
    """Check that every match of a pattern is static by now."""
    products: set[str] = set()
    strangers: set[str] = set()
    for query, askers in desk.globbers.items():
        asking = [desk.graph.steps[id_] for id_ in askers if not desk.graph.steps[id_].detached]
        for step in asking[:1]:
            for match in step.globs[query]:
                path = match.path.rstrip("/")
                file = desk.graph.file_by_path.get(path)
                if file is not None and not file.detached and file.is_product:
                    products.add(path)
                elif not _is_justified(desk, path, file, is_directory=match.path.endswith("/")):
                    strangers.add(path)
    if products:
        desk.report(
            Tag.ERROR,
            f"{len(products)} glob match(es) are files that a step builds.",
            _page("Matches", sorted(products)),
        )
        return ReturnCode.FAILED
    if strangers:
        desk.report(
            Tag.WARNING,
            f"{len(strangers)} glob match(es) are not declared static.",
            _page("Matches", sorted(strangers)),
        )
        return ReturnCode.WARNING
    return ReturnCode.OK


def _is_justified(desk: Desk, path: str, file: File | None, *, is_directory: bool) -> bool:
    """Tell whether a match is static, in a tree, or a directory that holds something static."""
    if file is not None and not file.detached and file.is_static:
        return True
    if desk.graph.tree_above(path) is not None:
        return True
    prefix = path + "/"
    return is_directory and (
        any(tree.path.startswith(prefix) and not tree.detached for tree in desk.graph.trees.values())
        or any(other.path.startswith(prefix) and not other.detached for other in desk.graph.files.values())
    )
