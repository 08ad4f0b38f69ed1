"""How far large files are, in words."""

from __future__ import annotations

import pytest

from stepup_client.cli.progress import ProgressView
from stepup_client.cli.render import Style, transfer_text
from stepup_client.rpc.control_values import Event, Progress, StepChange, StepState, Transfer

GIB = 1 << 30


@pytest.mark.parametrize(
    ("transfer", "text"),
    [
        (Transfer(False, 3, 6 * GIB // 5, 2 * GIB), "fetching 3 files, 1.2 of 2.0 GiB"),  # as in words
        (Transfer(True, 1, 0, 3 << 20), "sending 1 file, 0.0 of 3.0 MiB"),  # as in words
        (Transfer(True, 1, 5, 10), "sending 1 file, 5.0 of 10.0 B"),  # as in words
    ],
)
def test_files_on_their_way_are_told_in_units_that_people_read(transfer: Transfer, text: str) -> None:
    assert transfer_text(transfer) == text


def event_of(state: StepState, transfer: Transfer | None = None) -> Event:
    return Event(step=StepChange(7, "use", state, transfer))


def test_the_row_of_a_step_tells_of_its_files_until_it_begins() -> None:
    view = ProgressView(progress=Progress(running=1))
    view.take(event_of(StepState.RUNNING, Transfer(upload=False, files=1, bytes_done=0, bytes_total=GIB)), 0.0)
    assert "use (fetching 1 file, 0.0 of 1.0 GiB)" in view.lines(1.0, Style())[1]
    view.take(event_of(StepState.RUNNING), 2.0)
    assert "fetching" not in view.lines(3.0, Style())[1]
    view.take(event_of(StepState.SUCCEEDED), 4.0)
    assert not view.running
