"""`stepup cancel`: the end of a single running step."""

from __future__ import annotations

import json

from stepup_client.cli.asking import ask
from stepup_client.cli.directions import way_or_database
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import CancelCommand
from stepup_shared.visible import in_line

__all__ = ("run_cancel",)


def run_cancel(command: CancelCommand) -> int:
    """End the running attempt of a step and return the exit code."""
    way = way_or_database(command.director)
    if way is None:
        raise UsageError("No director serves this project, so no step runs that could be cancelled.")
    label, attempt = ask(way, lambda client: client.cancel(command.step))
    if command.as_json:
        print(json.dumps({"step": label, "attempt": attempt}, ensure_ascii=False))
    else:
        print(f"Cancelling {in_line(label)}")
    return 0
