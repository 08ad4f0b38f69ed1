"""Workers that share nothing with the director but its socket, and what comes of a build.

The oracle is the same project, built by one process that works in the project itself.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stepup_worker.run import enclosure
from tests.support.counts import Counts, number_from
from tests.support.fault_proxy import FaultProxy
from tests.support.project_folder import PROGRAMS, Folder, Program


def start_workers(folder: Folder, *options: str, count: int = 2) -> list[Program]:
    """Start workers with workspaces of their own; wait until the director knows them."""
    workers = [
        folder.start("worker", "--name", f"w{i}", "--workspace", str(folder.around / f"w{i}"), *options)
        for i in range(count)
    ]
    folder.wait_status(lambda status: len(status["workers"]) >= count, "all workers are there")
    return workers


def published(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return modes and contents of all files of a project."""
    files = [
        path
        for path in root.rglob("*")
        if path.is_file() and not {".stepup", "__pycache__"}.intersection(path.relative_to(root).parts)
    ]
    return {str(path.relative_to(root)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in files}


def build_remotely(folder: Folder, *options: str, code: int = 0, **variables: str) -> str:
    """Build on two workers with workspaces of their own; return what people were told."""
    folder.start("director").wait_output("Listening on")
    workers = start_workers(folder)
    ended = folder.run("build", *options, **variables)
    assert ended.code == code, folder.story()
    folder.run("graph", str(folder.around / "remote")).checked()
    folder.run("join")
    for worker in workers:
        assert worker.end().code == 0, folder.story()
    for i in range(len(workers)):
        left = (folder.around / f"w{i}" / "attempts").rglob("*")
        assert [path for path in left if not path.is_dir()] == []
    return ended.output


def compare_with_local(folder: Folder, *options: str) -> None:
    """Build a copy of the project here, then the project elsewhere; demand that nothing tells them apart."""
    local = folder.around / "local" / folder.root.name
    shutil.copytree(folder.root, local, symlinks=True)
    here = Folder(local, folder.around / "local", mark=folder.mark)
    assert here.run("build", "-j", "2", *options).code == 0, here.story()
    here.run("graph", str(folder.around / "here")).checked()
    build_remotely(folder, *options)
    assert published(folder.root) == published(local)
    assert (folder.around / "remote.txt").read_text() == (folder.around / "here.txt").read_text()


def test_modes_empty_files_and_files_of_all_sizes_arrive_as_they_were_made(folder: Folder) -> None:
    folder.script("tool.py", "import sys; open(sys.argv[2], 'wb').write(open(sys.argv[1], 'rb').read() * 2)\n")
    folder.write("empty")
    (folder.root / "large.bin").write_bytes(os.urandom(5 << 20))
    folder.plan(
        'static("tool.py", "empty", "large.bin")\n'
        'run("cp empty nothing", inp="empty", out="nothing")\n'
        'run("./tool.py large.bin larger.bin", inp="large.bin", out="larger.bin")\n'
        'run("./tool.py larger.bin sub/largest.bin", inp="larger.bin", out="sub/largest.bin")\n'
        'run("cat larger.bin larger.bin > x; chmod 751 x", shell=True, inp="larger.bin", out="x")\n'
        'run("cp -p x y; chmod 444 y", shell=True, inp="x", out="y")\n'
        'for i in range(30): run(f"echo {i} > many/{i}", shell=True, out=f"many/{i}")\n'
        'run("cat many/* > all", shell=True, inp=[f"many/{i}" for i in range(30)], out="all")\n'
        'run("echo made > v; cp v w", shell=True, vol=["v", "never"], out="w")\n'
    )
    compare_with_local(folder)
    assert folder.read("v") == "made\n"
    assert not folder.has("never")


def test_everything_that_a_plan_can_say_works_elsewhere(folder: Folder) -> None:
    folder.write("data/a.txt", "a\n")
    folder.write("data/b.txt", "b\n")
    folder.write("lib/helper.py", "import deeper\ndef word(): return deeper.WORD\n")
    folder.write("lib/deeper.py", "WORD = 'deep'\n")
    folder.write("settings.json", '{"title": "Results", "names": ["a", "b"]}')
    folder.write("more.py", "import lib.deeper\nnumber = len(lib.deeper.WORD)\n")
    folder.write("letter.txt", "{{ title }} {{ number }} {{ year }}\n")
    folder.script(
        "work.py",
        "import sys\nsys.path.append('lib')\nimport helper\nfrom stepup.core.api import *\n"
        "from stepup.core.call import driver\n"
        "def count(inp, out, factor: int = 1):\n"
        "    with open(out[0], 'w') as file: file.write(f'{helper.word()} {len(inp) * factor}\\n')\n"
        "def late(out):\n"
        "    amend(inp='data/b.txt', out='amended/b.copy', vol='amended/log')\n"
        "    text = open('data/b.txt').read()\n"
        "    for name in (out[0], 'amended/b.copy', 'amended/log'): open(name, 'w').write(text)\n"
        "if __name__ == '__main__': driver()\n",
    )
    folder.script(
        "cases.py",
        "from stepup.core.script import driver\nfrom stepup.core.api import loadns\n"
        "CASE_FMT = 'case_{}'\n"
        "def cases(): return loadns('settings.json').names\n"
        "def case_info(name): return {'inp': f'data/{name}.txt', 'out': f'cases/{name}.out', 'name': name}\n"
        "def run(inp, out, name): open(out, 'w').write(open(inp).read() + name)\n"
        "if __name__ == '__main__': driver()\n",
    )
    folder.script(
        "recorder.py",
        "from stepup.core.extapi import run_subprocess\n"
        "done = run_subprocess('cat data/a.txt')\nopen('recorded', 'w').write(done.stdout)\n",
    )
    folder.plan(
        "from stepup.core.api import *\n"
        "found = glob('*.txt')\nstatic(found)\nrun('cat *.txt > cat.out', shell=True, inp=found, out='cat.out')\n"
        "run('cp ../data/a.txt a.copy', inp='../data/a.txt', out='a.copy')\n",
        "sub/plan.py",
    )
    folder.write("sub/here.txt", "here\n")
    folder.plan(
        'static("data/*.txt", "lib/*.py", "settings.json", "more.py", "letter.txt", "work.py", "cases.py",'
        ' "recorder.py", "sub/plan.py")\n'
        'plan("./plan.py", workdir="sub")\n'
        'call("./work.py", "count", inp=glob("data/*.txt"), out="count.txt", factor=3)\n'
        'call("./work.py", "late", out="late.txt")\n'
        'script("./cases.py")\n'
        'run("./recorder.py", inp=["recorder.py", "data/a.txt"], out="recorded")\n'
        'render_jinja("letter.txt", "settings.json", "more.py", {"year": 2026}, "out/")\n'
        'copy("late.txt", "copies/")\n'
        'run("cat amended/b.copy > ab", shell=True, inp="amended/b.copy", out="ab")\n'
        'ns = loadns("settings.json")\n'
        'dumpns("dumped.json", ns)\n'
        'run("echo $GREETING ${HERE} ${ROOT} > env", shell=True, env="GREETING", out="env")\n'
    )
    compare_with_local(folder)


def test_inputs_above_the_root_and_elsewhere_are_there(folder: Folder) -> None:
    (folder.root.parent / "above.txt").write_text("above\n")
    (folder.around / "elsewhere.txt").write_text("elsewhere\n")
    absolute = folder.around / "elsewhere.txt"
    folder.plan(
        f'static("../above.txt", "{absolute}")\n'
        'run("cp ../above.txt x", inp="../above.txt", out="x")\n'
        f'run("cp {absolute} y", inp="{absolute}", out="y")\n'
    )
    build_remotely(folder)
    assert (folder.read("x"), folder.read("y")) == ("above\n", "elsewhere\n")


def test_absolute_inputs_that_this_machine_has_not_are_shown_to_those_who_declare_them(folder: Folder) -> None:
    if not can_enclose():
        pytest.skip("this kernel gives no namespaces to ordinary users")
    deep, other = folder.around / "host" / "deep" / "x.txt", folder.around / "host" / "other.txt"
    deep.parent.mkdir(parents=True)
    deep.write_text("deep\n")
    other.write_text("other\n")
    folder.script("tool.py", f"import helper; open('z', 'w').write(helper.word + open('{deep}').read())")
    folder.write("helper.py", "word = 'tool '")
    folder.plan(
        f'static("{deep}", "{other}", "tool.py", "helper.py")\n'
        f'run("cat {deep} {other} > x", shell=True, inp=["{deep}", "{other}"], out="x")\n'
        f'run("cp {other} y", inp="{other}", out="y")\n'
        f'run("./tool.py", inp=["tool.py", "{deep}"], out="z")\n'
    )
    folder.start("director").wait_output("Listening on")
    # One machine plays two: its files are hidden from the worker, which begins in a namespace without them.
    hidden = f"mount -t tmpfs none {folder.around}/host && exec {PROGRAMS}/stepup worker --workspace {folder.around}/w"
    folder.start_command("unshare", "-Urm", "sh", "-c", hidden)
    folder.wait_status(lambda status: len(status["workers"]) == 1, "the worker is there")
    assert folder.run("build").code == 0, folder.story()
    assert (folder.read("x"), folder.read("y"), folder.read("z")) == ("deep\nother\n", "other\n", "tool deep\n")
    folder.shut_down("join")


def can_enclose() -> bool:
    """Tell whether namespaces can be had."""
    command = ("unshare", "-Urm", sys.executable, enclosure.__file__)
    return shutil.which("unshare") is not None and subprocess.run(command, check=False).returncode == 0


def test_a_step_that_uses_what_it_has_not_declared_is_told_so(folder: Folder) -> None:
    folder.write("data/x.csv", "1,2\n")
    folder.plan('run("cat data/x.csv > y", shell=True, out="y")')
    said = build_remotely(folder, code=36)
    assert 'data/x.csv exists in the project, but is no input of this step. Declare it: inp=["data/x.csv"]' in said


@pytest.mark.parametrize("option", ["--forkserver", "--no-forkserver"])
def test_an_input_that_changes_while_a_step_runs_makes_nothing_valid(folder: Folder, option: str) -> None:
    folder.write("in.txt", "old\n")
    folder.run_shell("mkfifo gate")
    gate = folder.root / "gate"
    folder.plan(
        f'static("in.txt")\nrun("cat {gate} && tr a-z A-Z < in.txt > out.txt", shell=True, inp="in.txt", out="out.txt")'
    )
    folder.start("director").wait_output("Listening on")
    start_workers(folder, option, count=1)
    build = folder.start("build")
    with gate.open("w") as writer:
        folder.write("in.txt", "new\n")
        writer.write("\n")
    ended = build.end()
    assert ended.code & 4, folder.story()
    assert "Input changed unexpectedly: in.txt" in ended.output
    again = folder.start("build")
    folder.write_fifo("gate")
    assert again.end().code == 0, folder.story()
    assert folder.read("out.txt") == "NEW\n"
    assert "in.txt" in folder.run("why", "cat").output
    folder.shut_down("join")


def test_a_transfer_that_breaks_off_goes_on_where_it_was(folder: Folder, counts: Counts) -> None:
    resume_transfers(folder, counts, mebibytes=24)


@pytest.mark.chaos
def test_a_large_transfer_that_breaks_off_goes_on_where_it_was(folder: Folder, counts: Counts) -> None:
    resume_transfers(folder, counts, mebibytes=number_from("STEPUP_RESUME_MIB", 200))


def resume_transfers(folder: Folder, counts: Counts, mebibytes: int) -> None:
    """Bring a file there and another one back while connections break again and again."""
    size, breaks = mebibytes << 20, 3
    (folder.root / "in").write_bytes(os.urandom(size))
    folder.plan('static("in")\nrun("tail -c +2 in > out", shell=True, inp="in", out="out")')
    folder.start("director").wait_output("Listening on")
    socket = folder.note()["socket"]
    with FaultProxy(f"unix:{socket}-proxy", f"unix:{socket}") as proxy:
        proxy.breaks = [size * (1 + 2 * i) // (2 * breaks) for i in range(2 * breaks)]
        folder.start("worker", "--workspace", str(folder.around / "w"), "--socket", f"{socket}-proxy")
        folder.wait_status(lambda status: len(status["workers"]) == 1, "the worker is there")
        assert folder.run("build").code == 0, folder.story()
        folder.shut_down("join")
        assert not proxy.breaks
        sent = proxy.passed >> 20
    assert (folder.root / "out").read_bytes() == (folder.root / "in").read_bytes()[1:]
    counts.tell("resumed transfers", breaks=2 * breaks, needed_MiB=2 * mebibytes, sent_MiB=sent)
    # Each break loses what was under way, which does not grow with the file.
    assert sent < 2 * mebibytes + 2 * breaks * 5


def test_steps_cannot_reach_the_project_by_their_own_root(folder: Folder) -> None:
    folder.write("secret.txt", "secret\n")
    folder.plan('run("ls -A . > seen; echo $STEPUP_ROOT > root", shell=True, out=["seen", "root"])')
    build_remotely(folder)
    assert folder.read("seen") == "seen\n"
    assert folder.read("root").strip().endswith(str(folder.root))
    assert folder.read("root").strip().startswith(str(folder.around))
