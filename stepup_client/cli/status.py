"""How `stepup status` looks to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from stepup_client.cli.render import transfer_text
from stepup_client.rpc.control_values import RunningStep, Status, StopLevel, WorkerStatus
from stepup_shared.visible import in_line

__all__ = ("render_status", "render_workers")


def render_status(status: Status) -> str:
    """Return a few lines: what the director does, what there is, who works, what runs."""
    stopping = f", asked to stop ({status.stopping.name.lower()})" if status.stopping is not StopLevel.NONE else ""
    rows = [
        ("Director", f"{status.phase}{stopping}, pid {status.pid}, version {status.version}"),
        ("Root", status.root),
        ("Steps", _counts(status.steps)),
        ("Files", _counts(status.files)),
    ]
    if status.resources_held:
        rows.append(("Held", _counts(status.resources_held)))
    rows += _workers(status)
    rows += [("Running", _running(step)) for step in status.running]
    rows += [("Checking", label) for label in status.checking]
    rows += [("Waiting", waiting_text(one.count, one.text, one.example)) for one in status.waiting]
    rows.append(("Last exit", str(status.return_code)))
    return _laid_out(rows)


def render_workers(status: Status) -> str:
    """Return a line about each worker, with what runs there below."""
    return _laid_out(_workers(status, with_running=True))


def _laid_out(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name + ':':<11}{in_line(text)}" for name, text in rows)


def _workers(status: Status, *, with_running: bool = False) -> Iterator[tuple[str, str]]:
    """Return a row about each worker."""
    for worker in status.workers:
        yield f"Worker {worker.index}", _worker(worker)
        for step in status.running if with_running else ():
            if step.worker == worker.index:
                yield "  runs", f"{step.label} for {step.elapsed_s:.1f} s"
    if not status.workers:
        yield "Workers", "none"


def waiting_text(count: int, reason: str, example: str) -> str:
    """Say how many steps wait and why."""
    return f"{example}: {reason}" if count == 1 else f"{count} steps, such as {example}: {reason}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count) or "none"


def _worker(worker: WorkerStatus) -> str:
    """Say who a worker is and what it does, and what it offers."""
    connection = "" if worker.connected else f", not connected for {worker.silent_s:.0f} s"
    draining = ", draining" if worker.draining else ""
    # One that held steps of an earlier director, and is waited for, is known by its name only.
    place = f" on {worker.host}, pid {worker.pid}" if worker.host else ""
    return (
        f"{worker.name}{place}{connection}{draining}: "
        f"{worker.slots} slot(s), holds {worker.holding}, finished {worker.finished}{_offer(worker)}"
    )


def _offer(worker: WorkerStatus) -> str:
    """Say what a worker offers, as far as anybody may ask for it."""
    held = worker.resources_held
    parts = [
        *(f"{name}={value}" if value else name for name, value in worker.labels.items()),
        *(f"{held.get(name, 0)} of {units} {name} held" for name, units in worker.resources.items()),
        f"{worker.cpus} cpus" if worker.cpus else "",
        f"memory {worker.memory_bytes / _GIB:.1f}G" if worker.memory_bytes else "",
        "own workspace" if worker.own_workspace else "",
        f"version {worker.version}" if worker.version else "",
    ]
    return "".join(f", {part}" for part in parts if part)


_GIB = 1 << 30


def _running(step: RunningStep) -> str:
    moving = "" if step.transfers is None else f" ({transfer_text(step.transfers)})"
    return f"{step.elapsed_s:.1f} s on worker {step.worker}: {step.label}{moving}"
