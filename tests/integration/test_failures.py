"""What goes wrong in plans and steps: one clear message each, and the exit code."""

from __future__ import annotations

import os
import re

import pytest

from tests.support.project_folder import Folder

FAILED_AND_DRAINED = 4 | 32
FAILED_AND_PENDING = 4 | 16
PENDING = 16
NO_PLAN = 1
THREE_STEPS = """
run("exit 3", out="a.txt", shell=True)
run("touch b.txt", inp="a.txt", out="b.txt")
run("touch c.txt", out="c.txt")
"""


def test_a_failing_step_stops_the_build(folder: Folder) -> None:
    folder.plan(THREE_STEPS)
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert ended.page("Failed command") == "exit 3  # exit=3\n"
    assert "Scheduler is draining. Not reporting pending steps." in ended.output
    assert ended.executed == ["./plan.py", "exit 3"]


def test_nothing_begins_after_a_failure(folder: Folder) -> None:
    folder.plan('run("false")\nrun("true")\nrun("echo")')
    assert folder.build(code=FAILED_AND_DRAINED).executed == ["./plan.py", "false"]


def test_with_k_all_that_does_not_need_a_failed_step_is_run(folder: Folder) -> None:
    folder.plan(THREE_STEPS)
    ended = folder.build("-k", code=FAILED_AND_PENDING)
    assert ended.executed == ["./plan.py", "exit 3", "touch c.txt"]
    assert "1 step(s) failed." in ended.output
    assert ended.page("Other reasons") == "1 step(s) are blocked by failed steps, e.g. touch b.txt.\n"


def test_a_failed_step_is_tried_again_by_the_next_build(folder: Folder) -> None:
    folder.plan('run("cat wanted", shell=True)\nrun("true")')
    folder.build("-k", code=4)
    folder.write("wanted")
    again = folder.build()
    assert again.executed == ["cat wanted"]


def test_an_input_that_nobody_declares_keeps_its_reader_pending(folder: Folder) -> None:
    folder.plan('run("cat nowhere.txt", inp="nowhere.txt")')
    ended = folder.build(code=PENDING)
    assert ended.page("Unavailable inputs").split() == ["UNDECLARED:", "(nowhere.txt)", "1", "step(s)"]
    assert ended.executed == ["./plan.py"]


def test_an_input_that_was_deleted_keeps_its_reader_pending(folder: Folder) -> None:
    folder.write("in.txt")
    folder.plan('static("in.txt")\nrun("cat in.txt", inp="in.txt")')
    folder.build()
    (folder.root / "in.txt").unlink()
    ended = folder.build(code=PENDING)
    assert "DELETED │ in.txt" in ended.output
    assert ended.page("Unavailable inputs").split() == ["MISSING:", "in.txt", "1", "step(s)"]


MISTAKES = {
    "a static file that is missing": ('\nstatic("nowhere.txt")', "PathError: plan.py:4: .*nowhere.txt"),
    "a circle": (
        'run("cp a b", inp="a", out="b")\nrun("cp b a", inp="b", out="a")',
        "CyclicError: plan.py:4: .*cp a b.*cp b a",
    ),
    "an output of two steps": (
        'run("touch a", out="a")\nrun("touch ./a", out="a")',
        r"GraphError: plan.py:4: Output \(a\) is claimed by two steps: .* at plan.py:3",
    ),
    "a step twice": ('run("true")\nrun("true", inp="plan.py")', "GraphError: plan.py:4: .*true"),
    "a static file that is an output": (
        'static("in.txt")\nrun("touch in.txt", out="in.txt")',
        "GraphError: plan.py:4: .*in.txt",
    ),
    "a directory as an input": ('run("true", inp="sub/")', "Directories are not allowed: .*sub/"),
    "a NUL byte in a command": ('run("echo \\0")', "line 3[\\s\\S]*NUL byte"),
    "a variable that is not set": ('run("true", inp="${NEVER_SET}.txt")', "EnvVarError: .*NEVER_SET"),
    "a syntax error": ('\nrun("true"', r"line 4[\s\S]*SyntaxError: '\(' was never closed"),
    "a bug in the plan": ("x = 1\n1 / 0", "line 4[\\s\\S]*ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_plan_names_its_line(folder: Folder, mistake: str) -> None:
    text, message = MISTAKES[mistake]
    folder.write("in.txt")
    folder.plan(text)
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert ended.page("Failed command") == "./plan.py  # exit=1\n"
    errors = ended.page("Standard error")
    assert re.search(message, errors), errors
    assert "stepup_client/" not in errors
    assert "stepup_worker/" not in errors


@pytest.mark.parametrize("first", ["a", "b"])
def test_it_does_not_matter_which_of_two_steps_claims_an_output_first(folder: Folder, first: str) -> None:
    folder.plan(
        'static("a/plan.py", "b/plan.py")\n' + "".join(f'plan("./plan.py", workdir="{name}")\n' for name in "ab")
    )
    for name in "ab":
        other = "ba"["ab".index(name)]
        go_on = f"cat ../{name}.fifo" if name != first else "true"
        tell = f"echo > ../{other}.fifo" if name == first else "true"
        folder.plan(
            f"import os\nos.system({go_on!r})\nrun('touch {name} ../x', out=['../x', '{name}'])\nget_info()\n"
            f"os.system({tell!r})",
            f"{name}/plan.py",
        )
    for name in "ab":
        folder.run_shell(f"mkfifo {name}.fifo")
    ended = folder.run("build", "-j", "2").checked(FAILED_AND_DRAINED)
    makers = "(touch a ../x  # wd=a) at a/plan.py:5 and (touch b ../x  # wd=b) at b/plan.py:5"
    assert f"Output (x) is claimed by two steps: {makers}." in ended.page("Standard error")


def test_the_line_is_right_in_the_middle_of_a_long_batch(folder: Folder) -> None:
    many = 'for i in range(500):\n    run(f"echo {place}{i}")\n'
    claim = 'run(f"touch a  # {place}", out="a", shell=True)\n'
    once = f"{many}{claim}"
    folder.plan(f"place = 1\n{once}\n\nplace = 2\n{once}")
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert "GraphError: plan.py:12: " in ended.page("Standard error")
    assert "at plan.py:6" in ended.page("Standard error")


def test_a_mistake_in_a_plan_below_names_its_file(folder: Folder) -> None:
    folder.plan('static("sub/plan.py", "sub/more.py")\nplan("./plan.py", workdir="sub")')
    folder.plan("import more\nmore.declare()", "sub/plan.py")
    folder.write("sub/more.py", 'from stepup.core.api import *\ndef declare():\n    static("nowhere.txt")\n')
    errors = folder.build(code=FAILED_AND_DRAINED).page("Standard error")
    assert "PathError: sub/more.py:3: " in errors


def test_a_folder_without_a_plan_is_not_built(folder: Folder) -> None:
    ended = folder.run("build")
    assert ended.code == NO_PLAN
    assert ended.errors.startswith("ERROR: File plan.py does not exist.")
    assert not (folder.root / ".stepup").exists()


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("#!/usr/bin/env python3\n", 0o644, "File is not executable: plan.py (make it so: chmod +x plan.py)"),
        ("print(1)\n", 0o755, "First line of plan differs from '#!/usr/bin/env python3': plan.py"),
        ("#!/nowhere/python\n", 0o755, "First line of plan differs from '#!/usr/bin/env python3': plan.py"),
    ],
)
def test_a_plan_that_cannot_be_executed_says_why(folder: Folder, text: str, mode: int, message: str) -> None:
    folder.write("plan.py", text, mode)
    output = folder.build(code=NO_PLAN).output
    assert output.startswith(f"   ERROR │ {message}")
    assert (folder.root / ".stepup/fail.log").read_text() == output


@pytest.mark.parametrize(
    ("command", "title", "text"),
    [
        ("true", "Expected outputs not created", "x.txt\n"),
        ("mkfifo x.txt", "Expected outputs not created", "x.txt  (not a regular file)\n"),
        ("mkdir x.txt", "Expected outputs not created", "x.txt  (a directory)\n"),
        (
            "no-such-command x.txt",
            "Standard error",
            "no-such-command was not found",
        ),
        ("sh -c 'kill -9 $$'", "Failed command", "sh -c 'kill -9 $$'  # exit=-9\n"),
    ],
)
def test_a_step_that_does_not_do_what_was_declared_has_failed(
    folder: Folder, command: str, title: str, text: str
) -> None:
    folder.plan(f"run({command!r}, out='x.txt')")
    assert folder.build(code=FAILED_AND_DRAINED).page(title).startswith(text)


def test_an_input_that_changes_while_it_is_read_fails_its_reader_even_with_k(folder: Folder) -> None:
    folder.write("in.txt", "before")
    folder.plan('static("in.txt")\nrun("cat in.txt; echo after > in.txt", inp="in.txt", shell=True)\nrun("true")')
    ended = folder.build("-k", code=FAILED_AND_DRAINED)
    assert "in.txt" in ended.page("Invalid inputs")
    assert ended.executed == ["./plan.py", "cat in.txt; echo after > in.txt"]


def test_a_plan_by_hand_shows_what_it_would_declare(folder: Folder) -> None:
    folder.plan('static("plan.py")\nrun("true", inp="plan.py")')
    shown = folder.run_shell("./plan.py")
    assert "true" in shown
    assert not folder.has(".stepup")


def test_an_output_that_is_a_fifo_is_refused_before_the_step_can_hang_on_it(folder: Folder) -> None:
    os.mkfifo(folder.root / "pipe")
    folder.plan('run("cp plan.py pipe", inp="plan.py", out="pipe")')
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert "The output pipe is not a regular file" in ended.output
