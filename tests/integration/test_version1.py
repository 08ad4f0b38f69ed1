"""What plans and scripts of version 1 do, in real builds."""

from __future__ import annotations

from tests.support.project_folder import Folder

PENDING = 16


def test_a_shell_runs_commands_of_version_1(folder: Folder) -> None:
    folder.write("b a.txt", "one\n")
    folder.write("c.txt", "two\n")
    folder.plan(
        'static("b a.txt", "c.txt")\n'
        'step("cat ${inp} > ${out} && echo done", inp=["b a.txt", "c.txt"], out="d.txt")\n'
        'step("grep o ${inp} | sort > e.txt", inp="d.txt", out=["e.txt"], optional=True)\n'
        'copy("e.txt", "f.txt")'
    )
    assert folder.build().page("Standard output") == "done\n"
    assert folder.read("f.txt") == "one\ntwo\n"


def test_a_blocked_step_waits_until_it_is_not(folder: Folder) -> None:
    folder.plan('step("touch a.txt", out="a.txt", block=True)\nstep("touch b.txt", out="b.txt", block=False)')
    folder.build(code=PENDING)
    assert (folder.has("a.txt"), folder.has("b.txt")) == (False, True)
    folder.build("-r", "blocked:1")
    assert folder.has("a.txt")


def test_a_plan_of_version_1_is_in_a_directory(folder: Folder) -> None:
    folder.plan('static("sub/", "sub/plan.py")\nplan("sub/")')
    folder.plan('print(getinfo().workdir, getenv("WAY", is_path=True))\nmkdir("out/")\n'
                'step("touch out/a", out="out/a")', "sub/plan.py")  # fmt: skip
    assert folder.build(WAY="x").page("Standard output") == "sub/ ../x\n"
    assert folder.has("sub/out/a")


def test_a_director_is_controlled_from_python(folder: Folder) -> None:
    folder.write("a.txt", "one")
    folder.plan('static("a.txt")\ncopy("a.txt", "b.txt")')
    program = folder.start("build", "-j", "1", "-w")
    folder.script(
        "control.py",
        "from stepup.core.director import get_socket\n"
        "from stepup.core.interact import *  # noqa\n"
        "wait()\n"
        "print(get_socket())\n"
        'open("a.txt", "w").write("other")\n'
        'watch_update("a.txt")\n'
        "run()\n"
        "wait()\n"
        'graph("g")\n'
        "join()\n",
    )
    said = folder.run_shell("./control.py")
    program.end().checked()
    assert (folder.read("b.txt"), folder.has("g.txt"), said.endswith("/director\n")) == ("other", True, True)
