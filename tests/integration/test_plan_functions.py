"""What a plan can say, in real builds."""

from __future__ import annotations

import json

from tests.support.project_folder import Folder

FAILED_AND_DRAINED = 4 | 32
PENDING = 16


def test_named_wildcards_make_a_step_of_each_match(folder: Folder) -> None:
    for name in ("a1", "b2", "b3"):
        folder.write(f"src/{name}.txt", name)
    folder.plan(
        'found = glob("src/${*letter}${*digit}.txt", letter="[a-z]", digit="[0-9]")\n'
        "static(found)\n"
        "for match in found:\n"
        '    run(f"cp {match.files} out/{match.digit}/{match.letter}", inp=match.files,'
        ' out=f"out/{match.digit}/{match.letter}")'
    )
    folder.build()
    assert [folder.read(f"out/{name}") for name in ("1/a", "2/b", "3/b")] == ["a1", "b2", "b3"]
    folder.write("src/c4.txt", "c4")
    (folder.root / "src/a1.txt").unlink()
    again = folder.build()
    assert again.executed == ["./plan.py", "cp src/c4.txt out/4/c"]
    assert not folder.has("out/1")


def test_matches_that_nobody_declares_are_a_warning_and_products_an_error(folder: Folder) -> None:
    folder.write("stray.txt")
    folder.plan('glob("*.txt")')
    assert "1 glob match(es) are not declared static." in folder.build(code=8).output
    folder.plan('glob("*.txt")\nstatic("stray.txt")\nrun("touch made.txt", out="made.txt")')
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert "made.txt" in ended.page("Standard error")


def test_static_takes_files_patterns_and_trees_and_tells_what_it_found(folder: Folder) -> None:
    for name in ("one.txt", "two.txt", "tree/deep/x.txt", "trees/t1/y.txt", "trees/t2/z.txt"):
        folder.write(name, name)
    folder.plan(
        'found = static("one.txt", ["t*.txt"], "tree/", "trees/*/")\n'
        "print(*found)\n"
        'run("cat tree/deep/x.txt trees/t2/z.txt", inp=["tree/deep/x.txt", "trees/t2/z.txt"])'
    )
    ended = folder.build()
    assert ended.page("Standard output") == "one.txt tree/ trees/t1/ trees/t2/ two.txt\n"
    folder.write("trees/t2/z.txt", "changed")
    assert folder.build().executed == ["cat tree/deep/x.txt trees/t2/z.txt"]
    folder.write("trees/t3/new.txt")
    assert folder.build().executed[:1] == ["./plan.py"]


def test_run_takes_variables_programs_and_functions(folder: Folder) -> None:
    folder.write("in.txt", "content\n")
    folder.write("tool.sh", '#!/bin/sh\necho "$WORD" | cat - "$1" > "$2"\n', 0o755)
    folder.plan(
        'static("in.txt", "tool.sh")\n'
        "make = lambda inp, out: f\"WORD='a word' ./tool.sh {shq(inp)} {shq(out)}\"\n"
        'info = run(make, inp="in.txt", out="out file.txt")\n'
        "print(info.inp, info.out)"
    )
    ended = folder.build()
    assert folder.read("out file.txt") == "a word\ncontent\n"
    assert ended.executed[1] == "./tool.sh in.txt 'out file.txt'"
    assert "tool.sh" in ended.page("Standard output")
    folder.write("tool.sh", '#!/bin/sh\ncat "$1" > "$2"\n', 0o755)
    assert folder.build().executed == ["./tool.sh in.txt 'out file.txt'"]


def test_new_values_of_variables_run_a_step_again(folder: Folder) -> None:
    folder.plan('run("WORD=one printenv WORD")')
    assert folder.build().page("Standard output") == "one\n"
    folder.plan('run("WORD=two printenv WORD")')
    assert folder.build().page("Standard output") == "two\n"


def test_optional_steps_run_when_somebody_needs_them(folder: Folder) -> None:
    optional = 'run("touch a", out="a", optional=True)\nrun("touch b", inp="a", out="b", optional=True)\n'
    folder.plan(optional + 'run("touch c", out="c", optional=True)')
    assert folder.build().executed == ["./plan.py"]
    folder.plan(optional + 'run("touch d", inp="b", out="d")')
    assert folder.build().executed == ["./plan.py", "touch a", "touch b", "touch d"]
    folder.plan(optional)
    folder.build()
    assert [name for name in "abcd" if folder.has(name)] == []


AMENDING = """\
from stepup.core.api import amend
amend(inp="late.txt", out="copy.txt")
open("copy.txt", "w").write(open("late.txt").read())
open("ledger", "a").write("ran\\n")
"""
AMENDING_PLAN = """\
static("tool.py", "source.txt")
run("./tool.py")
run("cp source.txt late.txt", inp="source.txt", out="late.txt", optional=True)
"""


def test_a_step_that_asks_for_more_waits_for_it(folder: Folder) -> None:
    folder.write("source.txt", "one")
    folder.script("tool.py", AMENDING)
    folder.plan(AMENDING_PLAN)
    ended = folder.build()
    assert ended.executed == ["./plan.py", "./tool.py", "cp source.txt late.txt", "./tool.py"]
    assert "DEFERRED │ ./tool.py" in ended.output
    assert (folder.read("copy.txt"), folder.lines("ledger")) == ("one", ["ran"])
    assert folder.build().executed == []
    folder.write("source.txt", "two")
    assert folder.build().executed == ["cp source.txt late.txt", "./tool.py"]
    assert folder.read("copy.txt") == "two"
    folder.plan('static("source.txt")')
    folder.build()
    assert not folder.has("copy.txt")


def test_a_step_that_asks_in_vain_stays_pending(folder: Folder) -> None:
    folder.script("tool.py", 'from stepup.core.api import amend\namend(inp="never.txt")\n')
    folder.plan('static("tool.py")\nrun("./tool.py")')
    ended = folder.build(code=PENDING)
    assert ended.page("Unavailable dynamic inputs") == "never.txt\n"
    assert "never.txt" in ended.page("Unavailable inputs")


def test_a_step_that_asks_too_often_has_failed(folder: Folder) -> None:
    folder.script("tool.py", 'from stepup.core.api import amend\namend(inp="a")\namend(inp="b")\n')
    folder.plan(
        'static("tool.py")\nrun("./tool.py", duration=100)\nrun("touch a", out="a", resources="one")\n'
        'run("touch b", out="b", resources="one")'
    )
    ended = folder.build("--defer-cap", "1", "-r", "one:1", code=FAILED_AND_DRAINED)
    assert ended.page("Deferred more than 1 times") == "./tool.py  # exit=1\n"
    assert folder.build("-r", "one:1").executed[-1] == "./tool.py"


def test_a_variable_that_was_asked_for_is_an_input(folder: Folder) -> None:
    folder.plan('print(getenv("WORD", "none"), getenv("PLACE", path=True, back=True))')
    assert folder.build(WORD="one", PLACE="sub/x").page("Standard output") == "one sub/x\n"
    assert folder.build(WORD="one", PLACE="sub/x").executed == []
    assert folder.build(WORD="two", PLACE="sub/x").page("Standard output") == "two sub/x\n"
    assert folder.build(PLACE="sub/x").page("Standard output") == "none sub/x\n"


def test_a_variable_in_a_path_and_one_of_a_step_are_inputs(folder: Folder) -> None:
    folder.plan('run("printenv WORD", env="WORD", out=[])\nrun("touch ${NAME}.txt", shell=True, out="${NAME}.txt")')
    folder.build(WORD="one", NAME="a")
    assert folder.build(WORD="two", NAME="a").executed == ["printenv WORD"]
    assert folder.build(WORD="two", NAME="b").executed == ["./plan.py", "touch ${NAME}.txt"]
    assert (folder.has("a.txt"), folder.has("b.txt")) == (False, True)


def test_steps_wait_for_the_end_of_a_hold(folder: Folder) -> None:
    folder.plan(
        "import os\n"
        "with hold():\n"
        '    run("touch early", out="early")\n'
        "    get_info()\n"
        "    with hold():\n"
        '        run("touch later", out="later")\n'
        '    assert not os.path.exists("early")\n'
        '    print("held")'
    )
    ended = folder.run("build", "-j", "2").checked()
    assert ended.page("Standard output") == "held\n"
    assert sorted(ended.executed[1:]) == ["touch early", "touch later"]


def test_inputs_cannot_be_asked_for_while_holding(folder: Folder) -> None:
    folder.write("in.txt")
    folder.plan('static("in.txt")\nwith hold():\n    amend(inp="in.txt")')
    errors = folder.build(code=FAILED_AND_DRAINED).page("Standard error")
    assert "line 5" in errors
    assert "AmendWhileHoldingError: " in errors


def test_a_step_can_look_at_itself_and_at_the_graph(folder: Folder) -> None:
    folder.script(
        "tool.py",
        "import json\nfrom stepup.core.api import amend, get_info, graph\namend(vol='more.txt')\ninfo = get_info()\n"
        "print(json.dumps([info.command, str(info.workdir), *map(str, info.inp), *map(str, info.out)]))\n"
        "open('out.txt', 'w').close()\ngraph('graph')\n",
    )
    folder.plan('static("tool.py")\nrun("./tool.py", out="out.txt")')
    page = folder.build().page("Standard output")
    assert json.loads(page) == ["./tool.py", ".", "tool.py", "out.txt"]
    assert "step:./tool.py\n" in folder.read("graph.txt")
    for kind in ("provenance", "dependency"):
        assert folder.read(f"graph_{kind}.dot").startswith("strict digraph")


def test_paths_are_quoted_for_a_shell(folder: Folder) -> None:
    folder.write("a file.txt", "content\n")
    folder.plan(
        'paths = static("a file.txt")\nrun(f"cat {shq(paths)}", inp=paths)\ncopy("a file.txt", "sub/")\n'
        'step("cat ${inp} > ${out}", inp="a file.txt", out="b file.txt")'
    )
    ended = folder.build()
    assert ended.page("Standard output") == "content\n"
    assert "cp -p 'a file.txt' 'sub/a file.txt'" in ended.executed
    assert (folder.read("sub/a file.txt"), folder.read("b file.txt")) == ("content\n", "content\n")


def test_plans_of_version_1_share_directories_with_products(folder: Folder) -> None:
    folder.write("sub/in.txt", "content")
    folder.plan(
        'static("sub/", "sub/plan.py", "sub/in.txt")\nplan("sub/")\nmkdir("made/")\ncopy("sub/in.txt", "made/")'
    )
    folder.plan(
        'step("cp ${inp} ${out}", inp="in.txt", out="out.txt")\nstep("touch ../made/x", out="../made/x")', "sub/plan.py"
    )
    folder.build()
    assert folder.read("sub/out.txt") == folder.read("made/in.txt") == "content"
    assert folder.has("made/x")
    assert folder.build().executed == []


def test_a_step_takes_what_resources_allow(folder: Folder) -> None:
    folder.plan('run("true", resources="gpu")\nrun("echo", resources={"gpu": 2})')
    ended = folder.build("-r", "gpu:1", code=PENDING)
    assert ended.page("Insufficient resources") == f"{'gpu: 2 unit(s) needed, 1 available':>51}  1 step(s)\n"
    assert folder.build("--resources", "gpu:2,cpu").executed == ["echo"]


def test_reruns_explain_themselves(folder: Folder) -> None:
    folder.write("in.txt", "one")
    folder.plan('static("in.txt")\nrun("cat in.txt", inp="in.txt")')
    folder.build()
    folder.write("in.txt", "two")
    ended = folder.build("-e")
    assert "  NOSKIP │ cat in.txt" in ended.output
    assert "in.txt" in ended.output.partition("NOSKIP")[2].splitlines()[0]
