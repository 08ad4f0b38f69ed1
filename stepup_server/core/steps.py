"""Steps as plans declare them: checked, recycled from before the planner ran again, or made."""

from __future__ import annotations

import math
import posixpath
from dataclasses import dataclass

from .causes import Redeclared
from .consequences import make_pending
from .desk import Desk
from .leftovers import dispossess, is_leftover
from .outputs import Claim, check_outputs, claim_outputs
from .ownership import (
    NewEdges,
    check_circle,
    check_inputs,
    check_variable_names,
    name_of,
    open_circles,
    take_up,
    use_file,
)
from .past import note_declaration
from .paths import join, label_of, spell_workdir
from .quotas import check_quota
from .records import Step
from .refusals import AlreadyDeclared, CyclicDependency, InvalidArgument, InvalidPath
from .states import Need, StepState
from .values import Source, StepDeclaration
from .where import WrongCondition, parse_where

__all__ = ("declare_step",)

RESERVED_VARIABLES = frozenset({"HERE", "ROOT", "STEPUP_JOB_I", "STEPUP_STEP_INP_DIGEST", "STEPUP_STEP_NEED"})
"""Set by the worker for each step: nobody else may."""


RETRIES_MAX = 1000
"""More would hide what is wrong with a step."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a declared step stands, and its files as the graph knows them."""

    workdir: str
    """As spelled, relative to the root."""
    label: str
    inputs: dict[str, None]
    outputs: dict[str, None]
    volatiles: dict[str, None]


def declare_step(desk: Desk, caller: Step, declaration: StepDeclaration) -> str | None:
    """Declare a step; return advice for the author of the plan, if there is any."""
    _check_arguments(declaration)
    check_quota(desk.graph, caller, declaration.source)
    place = _place(caller, declaration)
    known = desk.graph.step_by_key.get((declaration.command, posixpath.normpath(place.workdir)))
    recycled = known is not None and _declares_the_same(desk, known, declaration, place)
    edges = NewEdges(known if recycled else None, caller, place.inputs, place.outputs)
    is_crossed = _check_step(desk, Claim(caller, known, place.label, declaration.source), place, edges)
    step = known or desk.graph.make_step(declaration.command, place.workdir)
    dispossess(desk, step)
    if not recycled:
        _strip(desk, step)
    if is_crossed:
        open_circles(desk, edges)
    desk.graph.attach(step, caller.id)
    _describe(desk, step, declaration, place.workdir)
    if recycled:
        take_up(desk, step)
    else:
        _connect(desk, caller, step, declaration, place)
    if not step.is_planner or caller.is_planner:
        return None
    return f"{declaration.source}: planner ({step.label}) is declared by a non-planning step ({caller.label})."


def _place(caller: Step, declaration: StepDeclaration) -> _Place:
    """Find out where a step stands.

    A caller that did not move keeps the spelling of its own workdir, so that labels read as the plan wrote them.
    """
    source = declaration.source
    base = caller.workdir if declaration.base == caller.directory else declaration.base
    workdir = spell_workdir(base, declaration.workdir, source)
    directory = posixpath.normpath(workdir)
    inputs, outputs, volatiles = (
        dict.fromkeys(sorted(join(directory, path, source) for path in paths))
        for paths in (declaration.inputs, declaration.outputs, declaration.volatiles)
    )
    return _Place(workdir, label_of(declaration.command, workdir), inputs, outputs, volatiles)


def _check_arguments(declaration: StepDeclaration) -> None:
    """Refuse a step whose own words are wrong."""
    source = declaration.source
    if not declaration.command.strip() or "\0" in declaration.command:
        wrong = "contains a NUL byte" if "\0" in declaration.command else "is empty"
        raise InvalidArgument(f"The command of a step {wrong}: {declaration.command[:80]!r}", source)
    if declaration.need is Need.TARGET:
        raise InvalidArgument("TARGET is not a need that a plan can declare.", source)
    for path in (*declaration.inputs, *declaration.outputs, *declaration.volatiles):
        if path.endswith("/"):
            raise InvalidPath(f"Directories are not allowed: {path}", source)
    for name, units in declaration.resources:
        if units <= 0:
            raise InvalidArgument(f"A step must ask for at least one unit of {name!r}, not {units}.", source)
    _check_where(declaration)
    _check_patience(declaration)
    overridden = {name for name, _ in declaration.environment_overrides}
    check_variable_names((*declaration.environment, *overridden), source)
    if clash := overridden & (RESERVED_VARIABLES | set(declaration.environment)):
        raise InvalidArgument(f"Variable {min(clash)} cannot be overridden by this step.", source)
    if any("\0" in value for _, value in declaration.environment_overrides):
        raise InvalidArgument("The value of a variable contains a NUL byte.", source)


def _check_where(declaration: StepDeclaration) -> None:
    """Refuse a condition for workers that cannot be read."""
    if not declaration.where.strip():
        return
    try:
        parse_where(declaration.where.strip())
    except WrongCondition as wrong:
        raise InvalidArgument(f"The condition for workers (where=) is wrong. {wrong}", declaration.source) from wrong


def _check_patience(declaration: StepDeclaration) -> None:
    """Refuse a time that never comes, and more tries than anybody can mean."""
    timeout_s, source = declaration.timeout_s, declaration.source
    if not 0 <= timeout_s < math.inf:
        raise InvalidArgument(f"The timeout of a step must be positive, not {timeout_s}.", source)
    if declaration.retries > RETRIES_MAX:
        raise InvalidArgument(f"A step is tried again at most {RETRIES_MAX} times.", source)


def _check_step(desk: Desk, claim: Claim, place: _Place, edges: NewEdges) -> bool:
    """Refuse a step that exists, whose files are spoken for, or which would close a circle.

    Return whether leftovers must give way, so that there is no circle.
    """
    caller, known, label, source = claim
    if known is not None and not is_leftover(desk.graph, known, caller):
        raise _declared_twice(desk, caller, known, source)
    if both := place.inputs.keys() & {*place.outputs, *place.volatiles}:
        raise CyclicDependency(f"Step ({label}) uses what it makes: {min(both)}", source)
    check_outputs(desk, claim, (place.outputs, place.volatiles))
    check_inputs(desk, caller, place.inputs, source)
    return check_circle(desk, edges, label, source)


def _declared_twice(desk: Desk, caller: Step, known: Step, source: Source) -> AlreadyDeclared:
    """Refuse a second declaration of a step; the same text whichever came first."""
    places = sorted(
        f"step ({name})" + (f" at {where}" if where.line else "")
        for name, where in (
            (name_of(desk.graph.creator_step(known)), known.source),
            (caller.label, source),
        )
    )
    return AlreadyDeclared(
        f"Step ({known.label}) is declared twice: by {places[0]} and by {places[1]}."
        " Declare it once, or make the commands differ.",
        source,
    )


def _strip(desk: Desk, step: Step) -> None:
    """Undo what a step had, as far as its new declaration may differ.

    Its digests are kept for a check, unless it had created anything, which only running it can create again.
    """
    graph = desk.graph
    if step.attempt is not None:
        step.attempt.redeclared = True
        graph.changed[step.id] = None
    if step.products:
        graph.forget_success(step, Redeclared())
    graph.cut_inputs(step)
    for id_ in (*step.outputs, *step.volatiles):
        graph.drop_output(graph.files[id_])
    for id_ in list(step.products):
        graph.detach(graph.node(id_))
    step.environment.clear()
    desk.clear_globs(step)
    desk.capacities.forget(step)
    step.directories.clear()


def _describe(desk: Desk, step: Step, declaration: StepDeclaration, workdir: str) -> None:
    """Set the properties of a step that are no edges; a change of what is in its digest makes it pending."""
    digested = (workdir, declaration.shell, declaration.environment_overrides)
    changed = (step.workdir, step.shell, step.environment_overrides) != digested
    if changed:
        note_declaration(step)
    step.workdir, step.shell, step.environment_overrides = digested
    step.source = declaration.source
    step.resources, step.where = declaration.resources, declaration.where.strip()
    step.duration_s = step.duration_s or declaration.duration_s
    step.timeout_s, step.retries = declaration.timeout_s, declaration.retries
    desk.graph.set_need(step, declaration.need)
    if changed or step.state is StepState.FAILED:
        make_pending(desk, step)


def _connect(desk: Desk, caller: Step, step: Step, declaration: StepDeclaration, place: _Place) -> None:
    """Give a step its files and variables."""
    make_pending(desk, step)
    step.environment = dict.fromkeys(declaration.environment, False)
    for path in place.inputs:
        desk.graph.add_input(step, use_file(desk, path, caller), dynamic=False)
    claim_outputs(desk, caller, step, (place.outputs, place.volatiles), dynamic=False)


def _declares_the_same(desk: Desk, step: Step, declaration: StepDeclaration, place: _Place) -> bool:
    """Tell whether a detached step had the same declared files and variables."""
    files = desk.graph.files
    had = [
        {files[id_].path for id_, dynamic in edges.items() if not dynamic}
        for edges in (step.inputs, step.outputs, step.volatiles)
    ]
    variables = {name for name, dynamic in step.environment.items() if not dynamic}
    same_files = had == [set(place.inputs), set(place.outputs), set(place.volatiles)]
    return same_files and variables == set(declaration.environment)
