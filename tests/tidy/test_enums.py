"""A word means the same on the wire and in the director."""

from __future__ import annotations

from stepup_proto.v1 import control_pb2, dispatch_pb2, types_pb2
from stepup_server.core import states, values

SHOWN_BY_THE_COMMAND_LINE = {"KEYBOARD"}
"""Tags of lines that the command line writes by itself; the director never sends them."""


def test_step_states_are_those_of_the_wire() -> None:
    assert names_on_the_wire(types_pb2.StepState.items()) == set(states.StepState.__members__)


def test_tags_are_those_of_the_wire() -> None:
    assert names_on_the_wire(types_pb2.Tag.items()) - SHOWN_BY_THE_COMMAND_LINE == set(states.Tag.__members__)


def test_kinds_of_paths_are_those_of_the_wire() -> None:
    assert names_on_the_wire(types_pb2.PathKind.items()) == set(values.PathKind.__members__)


def test_needs_have_the_numbers_of_the_wire() -> None:
    wire = {name.removeprefix("NEED_"): number for name, number in types_pb2.Need.items() if number}
    assert wire == {need.name: need.value for need in states.Need}


def test_levels_of_stopping_have_the_numbers_of_the_wire() -> None:
    levels = control_pb2.ShutdownRequest.Level.items()
    wire = {name.removeprefix("LEVEL_"): number for name, number in levels if number}
    assert wire == {level.name: level.value for level in states.StopLevel if level}


def test_an_attempt_can_be_stopped_as_firmly_as_the_whole_build() -> None:
    stops = names_on_the_wire(dispatch_pb2.Order.Stop.items())
    firm = {level.name for level in states.StopLevel if level >= states.StopLevel.INTERRUPT}
    # Draining the build means to recall what has not begun.
    assert stops == {"RECALL", *firm}


def names_on_the_wire(members: list[tuple[str, int]]) -> set[str]:
    """Return the names of a wire enum without its prefix, and without the unspecified zero."""
    (unspecified,) = (name for name, number in members if number == 0)
    prefix = unspecified.removesuffix("UNSPECIFIED")
    assert prefix != unspecified
    return {name.removeprefix(prefix) for name, number in members if number}
