"""Explanations as a tree, for people and for programs."""

from __future__ import annotations

from stepup_client.cli.why import render_reasons, tree_of
from stepup_client.rpc.control_values import Reason

REASONS = [
    Reason(depth, kind, text, "", "")
    for depth, kind, text in (
        (0, "succeeded", "c ran"),
        (1, "input_modified", "input a changed"),
        (2, "edited", "a was edited"),
        (1, "input_modified", "input b\x1b changed"),
        (2, "ran", "b ran"),
        (3, "first_run", "it had never run"),
    )
]


def test_each_sentence_stands_below_what_it_explains() -> None:
    assert render_reasons(REASONS, is_coloured=False) == [
        "c ran",
        "├─ input a changed",
        "│  └─ a was edited",
        "└─ input b$'\\x1b' changed",
        "   └─ b ran",
        "      └─ it had never run",
    ]


def test_colours_go_with_kinds() -> None:
    assert render_reasons(REASONS[:1], is_coloured=True) == ["\x1b[32mc ran\x1b[0m"]


def test_programs_get_a_tree() -> None:
    tree = tree_of(REASONS)
    assert [below["text"] for below in tree["because"]] == ["input a changed", "input b\x1b changed"]
    assert tree["because"][1]["because"][0]["because"][0]["kind"] == "first_run"
