"""How a build ended: the return code, and what the user may want to mend."""

from __future__ import annotations

from .desk import Desk
from .pending import explain_pending
from .placing import Placing
from .states import ReturnCode, StepState, StopLevel, Tag
from .targeting import unmet_targets

__all__ = ("summarize",)


def summarize(desk: Desk, placing: Placing) -> ReturnCode:
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
        desk.report(Tag.WARNING, f"{len(pending)} step(s) remained pending.", *explain_pending(desk, placing, pending))
        code |= ReturnCode.PENDING
    for line in unmet_targets(desk.graph):
        desk.report(Tag.WARNING, line)
        code |= ReturnCode.WARNING
    return code
