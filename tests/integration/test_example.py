"""The example of the manual's page "Distributed Plans": what is printed, and what is done again after a change."""

from __future__ import annotations

import re

import pytest

from tests.support.project_folder import Folder

OLD_ROOT_PLAN = """\
#!/usr/bin/env python
from {module} import plan, static

static("sub/", "sub/plan.py", "part1.txt", "sub/part2.txt")
plan("sub/")
"""
OLD_SUB_PLAN = """\
#!/usr/bin/env python
from {module} import step

step("cat part2.txt", inp="part2.txt")
step("cat ../part1.txt", inp="../part1.txt")
"""
NEW_ROOT_PLAN = """\
#!/usr/bin/env python3
from {module} import plan, static

static("sub/plan.py", "part1.txt", "sub/part2.txt")
plan("./plan.py", workdir="sub")
"""
NEW_SUB_PLAN = """\
#!/usr/bin/env python3
from {module} import run

run("cat part2.txt", inp="part2.txt")
run("cat ../part1.txt", inp="../part1.txt")
"""
PLANS = {"old": (OLD_ROOT_PLAN, OLD_SUB_PLAN), "new": (NEW_ROOT_PLAN, NEW_SUB_PLAN)}
OUTPUT = """\
DIRECTOR │ Listening on /tmp/stepup-########/director
DIRECTOR │ Launched worker 0
   PHASE │ run
   START │ ./plan.py
 SUCCESS │ ./plan.py
   START │ ./plan.py  # wd=sub/
 SUCCESS │ ./plan.py  # wd=sub/
   START │ cat part2.txt  # wd=sub/
 SUCCESS │ cat part2.txt  # wd=sub/
─────────────────────────────── Standard output ────────────────────────────────
This is part 2.
────────────────────────────────────────────────────────────────────────────────
   START │ cat ../part1.txt  # wd=sub/
 SUCCESS │ cat ../part1.txt  # wd=sub/
─────────────────────────────── Standard output ────────────────────────────────
This is part 1.
────────────────────────────────────────────────────────────────────────────────
WORKFLOW │ Dumped to .stepup/graph.db
DIRECTOR │ Stopping workers.
DIRECTOR │ See you!
"""
RANDOM = re.compile(r"(?<=/tmp/stepup-)\w{8}")

read_as_old_and_new = pytest.mark.parametrize("dialect", PLANS)


@read_as_old_and_new
@pytest.mark.parametrize(
    ("module", "command"), [("stepup.core.api", "sb -j 1"), ("stepup_client.api", "stepup build -j 1")]
)
def test_the_output_is_that_of_the_manual(folder: Folder, dialect: str, module: str, command: str) -> None:
    write_example(folder, dialect, module)
    program, *words = command.split()
    output = folder.run(*words, program=program).checked().output
    expected = OUTPUT if dialect == "old" else OUTPUT.replace("wd=sub/", "wd=sub")
    assert RANDOM.sub("########", output) == expected
    assert not folder.left_processes()


@read_as_old_and_new
def test_a_second_run_executes_nothing_and_an_edit_only_what_reads_it(folder: Folder, dialect: str) -> None:
    write_example(folder, dialect)
    assert len(folder.build().executed) == 4
    again = folder.build()
    assert (again.executed, again.skipped) == ([], [])
    folder.write("part1.txt", "This is another part 1.\n")
    third = folder.build()
    assert [label.partition("  #")[0] for label in third.executed] == ["cat ../part1.txt"]
    assert third.page("Standard output") == "This is another part 1.\n"


@read_as_old_and_new
def test_a_plan_that_says_the_same_in_other_words_runs_alone(folder: Folder, dialect: str) -> None:
    write_example(folder, dialect)
    folder.build()
    folder.write("plan.py", folder.read("plan.py") + "# Nothing new.\n", 0o755)
    again = folder.build()
    assert again.executed == ["./plan.py"]


def test_a_touched_plan_is_not_run(folder: Folder) -> None:
    write_example(folder, "old")
    folder.build()
    (folder.root / "plan.py").touch()
    again = folder.build()
    assert again.executed == []


def test_the_mode_of_an_input_is_part_of_it(folder: Folder) -> None:
    write_example(folder, "old")
    folder.build()
    (folder.root / "part1.txt").chmod(0o600)
    again = folder.build()
    assert again.executed == ["cat ../part1.txt  # wd=sub/"]
    assert "UPDATED │ part1.txt" in again.output


def test_outputs_of_a_step_that_is_gone_are_removed_with_their_directories(folder: Folder) -> None:
    keep = 'static("in.txt")\nrun("cp in.txt out/kept.txt", inp="in.txt", out="out/kept.txt")\n'
    folder.write("in.txt", "content")
    folder.plan(keep + 'run("cp in.txt out/a/b/gone.txt", inp="in.txt", out="out/a/b/gone.txt", vol="out/a/gone.log")')
    folder.build()
    folder.write("out/a/gone.log", "volatile")
    folder.plan(keep)
    again = folder.build()
    assert again.executed == ["./plan.py"]
    assert "REMOVE │ out/a/b/gone.txt" in again.output
    assert sorted(str(path.relative_to(folder.root)) for path in folder.root.rglob("out/**/*")) == ["out/kept.txt"]


def test_outputs_of_a_step_that_is_gone_are_kept_when_somebody_changed_them(folder: Folder) -> None:
    folder.plan('run("touch out/a.txt", out="out/a.txt")')
    folder.build()
    folder.write("out/a.txt", "written by hand")
    folder.plan("")
    again = folder.build()
    assert "REMOVE" not in again.output
    assert folder.read("out/a.txt") == "written by hand"


def test_outputs_of_a_step_that_is_gone_stay_when_told_so(folder: Folder) -> None:
    folder.plan('run("touch out/a.txt", out="out/a.txt")')
    folder.build()
    folder.plan("")
    assert "--no-clean" in folder.build("--no-clean").output
    assert folder.has("out/a.txt")


@pytest.mark.parametrize("is_deleted", [False, True])
def test_an_output_that_somebody_changed_is_made_again(folder: Folder, *, is_deleted: bool) -> None:
    folder.plan('run("echo made > a.txt", out="a.txt", shell=True)\nrun("cp a.txt b.txt", inp="a.txt", out="b.txt")')
    folder.build()
    if is_deleted:
        (folder.root / "a.txt").unlink()
    else:
        folder.write("a.txt", "written by hand")
    again = folder.build()
    # What reads it finds it as it was.
    assert again.executed == ["echo made > a.txt"]
    assert folder.read("a.txt") == "made\n"


def test_a_chain_is_cut_where_nothing_changes(folder: Folder) -> None:
    folder.write("in.txt", "one\n")
    folder.plan(
        'static("in.txt")\n'
        'run("wc -l < in.txt > count.txt", inp="in.txt", out="count.txt", shell=True)\n'
        'run("cp count.txt copy.txt", inp="count.txt", out="copy.txt")'
    )
    folder.build()
    folder.write("in.txt", "two\n")
    again = folder.build()
    assert again.executed == ["wc -l < in.txt > count.txt"]
    assert again.skipped == ["cp count.txt copy.txt"]


def write_example(folder: Folder, dialect: str, module: str = "stepup.core.api") -> None:
    """Write the files of the manual's page in one of the two dialects."""
    for name, text in zip(("plan.py", "sub/plan.py"), PLANS[dialect], strict=True):
        folder.write(name, text.format(module=module), 0o755)
    folder.write("part1.txt", "This is part 1.\n")
    folder.write("sub/part2.txt", "This is part 2.\n")
