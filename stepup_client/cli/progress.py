"""What is shown below the log on a terminal: the steps that run, and how far the build is."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepup_client.cli.render import Style, crop, render_line, rule, transfer_text
from stepup_client.rpc.control_values import Event, Progress, StepChange, StepState, Tag

__all__ = ("ProgressView",)

_ROWS_MAX = 12
"""So many steps are listed; the others are only counted."""
_BAR_WIDTH_MAX = 60
_MINUTE_S = 60
_HOUR_S = 3600


@dataclass(slots=True)
class ProgressView:
    """The build as far as events told of it."""

    progress: Progress = field(default_factory=Progress)
    """The last counts."""
    counted_at: float = 0.0
    """When they came."""
    running: dict[int, tuple[str, float]] = field(default_factory=dict[int, tuple[str, float]])
    """Label and start by number of the step, in the order of starting."""
    moving: dict[int, str] = field(default_factory=dict[int, str])
    """How far the large files of a step are, by its number."""

    def take(self, event: Event, now: float) -> None:
        """Learn from an event."""
        if event.progress is not None:
            self.progress, self.counted_at = event.progress, now
        if event.step is not None:
            self._take_step(event.step, now)
        if event.build_end is not None:
            self.running.clear()
            self.progress = Progress()

    def lines(self, now: float, style: Style, rows_max: int = _ROWS_MAX) -> list[str]:
        """Return what to show now; nothing when nothing runs."""
        progress = self.progress
        if not self.running and not progress.running and not progress.checking:
            return []
        rows = [
            self._row(f"{label} ({self.moving[id_]})" if id_ in self.moving else label, now - start, style)
            for id_, (label, start) in self.running.items()
        ]
        hidden = len(rows) - max(rows_max, 1)
        if hidden > 0:
            rows = [*rows[: max(rows_max, 1)], f"{'':>8}   and {hidden} more"]
        if progress.checking:
            rows.append(crop(f"{'':6} S │ {progress.checking} step(s) are checked for changes", style.width))
        of_slots = f"/{progress.slots}" if progress.slots else ""
        return [rule(style.width, f"Running steps {progress.running}{of_slots}"), *rows, self._bar(now, style)]

    def _take_step(self, step: StepChange, now: float) -> None:
        self.moving.pop(step.id, None)
        if step.state is StepState.RUNNING:
            self.running.setdefault(step.id, (step.label, now))
            if step.transfer is not None:
                self.moving[step.id] = transfer_text(step.transfer)
        else:
            self.running.pop(step.id, None)

    def _row(self, label: str, elapsed_s: float, style: Style) -> str:
        line = render_line(Tag.START, label, Style())
        return crop(f"{max(elapsed_s, 0.0):6.0f} R{line[8:]}", style.width)

    def _bar(self, now: float, style: Style) -> str:
        done, total = self.progress.done, self.progress.total
        counts = f"{done}/{total}"
        left_s = 0.0 if self.progress.left_s is None else self.progress.left_s - (now - self.counted_at)
        # A guess that was too short is not worth another word.
        counts += f", {_in_words(left_s)} left" if left_s > 0 and total else ""
        width = min(_BAR_WIDTH_MAX, style.width - len(counts) - 2)
        if width < 1 or not total:
            return crop(counts, style.width)
        filled = min(width, width * done // total)
        return f"{'━' * filled}{'─' * (width - filled)} {counts}"


def _in_words(left_s: float) -> str:
    """Write a guess as exactly as guesses are."""
    if left_s >= _HOUR_S:
        return f"{left_s // _HOUR_S:.0f} h {left_s % _HOUR_S // _MINUTE_S:.0f} min"
    if left_s >= _MINUTE_S:
        return f"{left_s / _MINUTE_S:.0f} min"
    return f"{max(left_s, 1):.0f} s"
