"""`stepup why`: the explanation of a step, as a tree for people or for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from stepup_client.cli.directions import way_or_database
from stepup_client.cli.environment import project_root
from stepup_client.cli.launch import explain_from_database
from stepup_client.cli.options import WhyCommand
from stepup_client.rpc.control_values import Reason
from stepup_shared.visible import in_line

__all__ = ("render_reasons", "run_why", "tree_of")

_RED, _GREEN, _YELLOW, _CYAN = 31, 32, 33, 36
_COLOURS = {
    "failed": _RED,
    "input_missing": _RED,
    "input_undeclared": _RED,
    "removed": _YELLOW,
    "pending": _YELLOW,
    "deferred": _YELLOW,
    "drained": _YELLOW,
    "resource": _YELLOW,
    "succeeded": _GREEN,
    "ran": _GREEN,
    "running": _GREEN,
    "skipped": _CYAN,
    "edited": _CYAN,
    "first_run": _CYAN,
    "variable_modified": _CYAN,
}
"""The colour of a sentence, by its kind; the others have the terminal's own."""


def run_why(command: WhyCommand) -> int:
    """Print why a step is what it is and return the exit code."""
    way = way_or_database(command.director)
    if way is None:
        reasons = [Reason(**one) for one in json.loads(explain_from_database(project_root(), command.step))]
    else:
        # Here because it takes time to load, and the database needs none of it.
        from stepup_client.cli.asking import ask

        reasons = list(ask(way, lambda client: client.explain(command.step)))
    if command.as_json:
        print(json.dumps(tree_of(reasons), indent=2, ensure_ascii=False))
    else:
        print("\n".join(render_reasons(reasons, is_coloured=sys.stdout.isatty())))
    return 0


def tree_of(reasons: Sequence[Reason]) -> dict[str, Any]:
    """Return an explanation for programs: each sentence holds those that it follows from."""
    ways: list[dict[str, Any]] = []
    for one in reasons:
        node: dict[str, Any] = {"kind": one.kind, "text": one.text, "step": one.step, "path": one.path, "because": []}
        del ways[one.depth :]
        if ways:
            ways[-1]["because"].append(node)
        ways.append(node)
    return ways[0]


def render_reasons(reasons: Sequence[Reason], *, is_coloured: bool) -> list[str]:
    """Return an explanation for people: a line for each sentence, below what it explains."""
    lines: list[str] = []
    for place, one in enumerate(reasons):
        trunk = "".join("│  " if _goes_on(reasons, place, depth) else "   " for depth in range(1, one.depth))
        branch = ("├─ " if _goes_on(reasons, place, one.depth) else "└─ ") if one.depth else ""
        text = in_line(one.text)
        colour = _COLOURS.get(one.kind) if is_coloured else None
        lines.append(trunk + branch + (text if colour is None else f"\x1b[{colour}m{text}\x1b[0m"))
    return lines


def _goes_on(reasons: Sequence[Reason], place: int, depth: int) -> bool:
    """Tell whether another sentence of this depth follows below the same one."""
    for later in reasons[place + 1 :]:
        if later.depth <= depth:
            return later.depth == depth
    return False
