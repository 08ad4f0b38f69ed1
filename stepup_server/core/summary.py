"""How a build ended: the return code, and what the user may want to mend."""

from __future__ import annotations

from .desk import Desk
from .pending import explain_pending
from .phrases import list_page
from .ready import ReadyQueue
from .records import File
from .states import ReturnCode, StepState, StopLevel, Tag

__all__ = ("summarize",)


def summarize(desk: Desk, ready: ReadyQueue) -> ReturnCode:
    """Tell what was left undone and why; return the bits of the return code."""
    desk.report_detail(Tag.DIRECTOR, f"Ran {desk.executed} job(s).")
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
        desk.report(Tag.WARNING, f"{len(pending)} step(s) remained pending.", *explain_pending(desk, ready, pending))
        code |= ReturnCode.PENDING
    if code is ReturnCode.OK:
        code |= _justify_globs(desk)
    return code


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
            list_page("Matches", sorted(products)),
        )
        return ReturnCode.FAILED
    if strangers:
        desk.report(
            Tag.WARNING,
            f"{len(strangers)} glob match(es) are not declared static.",
            list_page("Matches", sorted(strangers)),
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
