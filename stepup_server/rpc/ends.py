"""Between the wire and the ways in which attempts and workers end."""

from __future__ import annotations

from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_server.core import ends

__all__ = ("end_from_wire", "out_of_memory_from_wire", "predecessor_end_from_wire")


def predecessor_end_from_wire(message: dispatch.WorkerDescription) -> ends.PredecessorEnd | None:
    """Return how the process before this one died, if it did."""
    if not message.HasField("predecessor_end"):
        return None
    told = message.predecessor_end
    is_signal = told.WhichOneof("end") == "signal"
    end = ends.Signalled(told.signal) if is_signal else ends.Exited(told.exit_code)
    return ends.PredecessorEnd(told.incarnation, end, out_of_memory_from_wire(told))


def out_of_memory_from_wire(message: dispatch.AttemptResult | dispatch.PredecessorEnd) -> ends.OutOfMemory | None:
    """Return what is known of full memory."""
    if not message.HasField("out_of_memory"):
        return None
    return ends.OutOfMemory(message.out_of_memory.peak_bytes, message.out_of_memory.limit_bytes)


def end_from_wire(message: dispatch.AttemptResult) -> ends.End:
    """Return how the process of an attempt ended."""
    kind = message.WhichOneof("end")
    if kind == "signal":
        return ends.Signalled(message.signal)
    if kind == "exit_code":
        return ends.Exited(message.exit_code)
    if kind == "timed_out":
        return ends.TimedOut(message.timed_out)
    if kind == "hindered":
        return ends.Hindered(message.hindered)
    return ends.NotStarted(message.not_started or "The worker does not say why.")
