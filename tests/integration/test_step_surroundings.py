"""What a step finds when it starts, and how Python steps run in a process that was warm already."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.project_folder import Folder

FAILED_AND_DRAINED = 4 | 32
SHOW = "import os\nprint(dict(os.environ))\n"


@pytest.mark.parametrize("is_python", [True, False])
@pytest.mark.parametrize(("workdir", "here", "way"), [(".", ".", "."), ("sub/", "sub", ".."), ("sub", "sub", "..")])
def test_a_step_knows_where_it_is(folder: Folder, workdir: str, here: str, way: str, *, is_python: bool) -> None:
    folder.script("show.py", SHOW)
    command = f"{way.rstrip('/')}/show.py" if is_python else "env"
    folder.plan(f"static('show.py')\nstep({command!r}, workdir={workdir!r})")
    variables = variables_of(folder, OWN="kept")
    assert (variables["HERE"], variables["ROOT"]) == (here, way)
    assert variables["OWN"] == "kept"
    assert variables["STEPUP_ROOT"] == str(folder.root)
    assert re.fullmatch(r"/tmp/stepup-\w{8}/director", variables["STEPUP_DIRECTOR_SOCKET"])
    assert int(variables["STEPUP_STEP_I"]) > 0
    assert int(variables["STEPUP_JOB_I"]) > 0
    assert re.fullmatch(r"[0-9a-f]{64}", variables["STEPUP_STEP_INP_DIGEST"])
    assert variables["STEPUP_STEP_NEED"] == "DEFAULT"
    assert variables["SOURCE_DATE_EPOCH"] == "315532800"
    assert not [name for name in variables if name.startswith("GRPC_")]


def test_a_variable_of_the_user_is_not_overwritten(folder: Folder) -> None:
    folder.plan('step("env")')
    variables = variables_of(folder, SOURCE_DATE_EPOCH="1", GRPC_VERBOSITY="NONE", GRPC_ENABLE_FORK_SUPPORT="1")
    assert variables["SOURCE_DATE_EPOCH"] == "1"
    assert (variables["GRPC_VERBOSITY"], variables["GRPC_ENABLE_FORK_SUPPORT"]) == ("NONE", "1")


OWN_GRPC = """\
import grpc, os, signal

def ask():
    with grpc.insecure_channel("unix:" + os.environ["STEPUP_DIRECTOR_SOCKET"]) as channel:
        try:
            channel.unary_unary("/of.ours/Nothing")(b"", timeout=50)
        except grpc.RpcError as error:
            return error.code().name

kept = grpc.insecure_channel("unix:" + os.environ["STEPUP_DIRECTOR_SOCKET"])
grpc.channel_ready_future(kept).result(timeout=50)
pid = os.fork()
if not pid:
    signal.alarm(50)
    with open("answer.txt", "w") as file:
        file.write(ask())
    os._exit(0)
os.waitpid(pid, 0)
"""
"""A script with gRPC of its own forks, and uses it on both sides."""


def test_a_script_may_fork_that_uses_grpc_itself(folder: Folder) -> None:
    folder.script("own.py", OWN_GRPC)
    folder.plan('static("own.py")\nrun("./own.py", inp="own.py", out="answer.txt")')
    folder.build()
    assert folder.read("answer.txt") == "UNIMPLEMENTED"


def test_python_steps_share_a_warm_parent(folder: Folder) -> None:
    folder.script(
        "who.py",
        "import os, sys\n"
        "open(sys.argv[1], 'w').write(f'{os.getppid()} {sys.argv} {__file__} {__name__} {sys.path[0]}')\n",
    )
    folder.plan(
        'import os\nopen("plan.txt", "w").write(str(os.getppid()))\nstatic("who.py")\n'
        'run("./who.py a.txt \'two words\'", out="a.txt")\nrun("./who.py b.txt", out="b.txt")'
    )
    folder.build()
    parent = folder.read("plan.txt")
    directory = str(folder.root)
    assert folder.read("a.txt") == (
        f"{parent} ['./who.py', 'a.txt', 'two words'] {directory}/./who.py __main__ {directory}"
    )
    assert folder.read("b.txt").split()[0] == parent


ENDINGS = {
    "exit code": ("import sys\nsys.exit(7)", "# exit=7", ""),
    "exit text": ("import sys\nsys.exit('because')", "# exit=1", "because\n"),
    "exception": (
        "def work():\n    return 1 / 0\nwork()",
        "# exit=1",
        (
            "Traceback (most recent call last):\n"
            '  File "ROOT/./tool.py", line 4, in <module>\n    work()\n'
            '  File "ROOT/./tool.py", line 3, in work\n    return 1 / 0\n           ~~^~~\n'
            "ZeroDivisionError: division by zero\n"
        ),
    ),
    "signal": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "# exit=-11", ""),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_python_steps_end_as_python_ends(folder: Folder, ending: str) -> None:
    text, remark, errors = ENDINGS[ending]
    folder.script("tool.py", text)
    folder.plan('static("tool.py")\nrun("./tool.py")')
    ended = folder.build(code=FAILED_AND_DRAINED)
    assert ended.page("Failed command") == f"./tool.py  {remark}\n"
    if errors:
        assert ended.page("Standard error") == errors.replace("ROOT", str(folder.root))


def test_python_steps_use_processes_threads_and_exit_handlers(folder: Folder) -> None:
    folder.script(
        "tool.py",
        "import atexit, multiprocessing, os, subprocess, threading\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "def square(x):\n    return x * x\n"
        "if __name__ == '__main__':\n"
        "    atexit.register(lambda: print('handler', flush=True))\n"
        "    with ProcessPoolExecutor(2) as pool:\n        print(sum(pool.map(square, range(10))))\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(square, [3]))\n"
        "    threading.Thread(target=lambda: print('thread', flush=True)).start()\n"
        "    print(subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout.strip(), flush=True)\n",
    )
    folder.plan('static("tool.py")\nrun("./tool.py")')
    shown = folder.build().page("Standard output").splitlines()
    assert sorted(shown) == sorted(["285", "[9]", "thread", "child", "handler"])
    assert shown[-1] == "handler"


def test_a_plan_may_declare_from_several_processes(folder: Folder) -> None:
    folder.plan(
        "import multiprocessing\n"
        "def declare(i):\n    run(f'touch {i}.txt', out=f'{i}.txt')\n"
        "declare(0)\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n    pool.map(declare, range(1, 9))"
    )
    folder.build()
    assert all(folder.has(f"{i}.txt") for i in range(9))


def test_a_step_reads_nothing_and_writes_much(folder: Folder) -> None:
    folder.plan("run(\"wc -c; head -c 3000000 /dev/zero | tr '\\\\0' x; echo >&2 done\", shell=True)")
    ended = folder.build()
    shown = ended.page("Standard output")
    assert shown.startswith("0\nxxx")
    assert len(shown) < 2_000_000
    assert ended.page("Standard error") == "done\n"


def test_a_step_that_leaves_a_process_behind_has_ended(folder: Folder) -> None:
    folder.plan('run("(setsid sleep 600 &); echo here", shell=True)')
    assert folder.build().page("Standard output") == "here\n"
    assert folder.left_processes() == {}


def test_local_modules_of_a_script_are_found_and_not_confused(folder: Folder) -> None:
    for name in ("a", "b"):
        folder.script(f"{name}/tool.py", "import own\nprint(own.NAME)\n")
        folder.write(f"{name}/own.py", f"NAME = {name!r}\n")
    folder.plan('static("a/", "b/")\nrun("./a/tool.py")\nrun("./b/tool.py")')
    output = folder.build().output
    assert output.index("\na\n") < output.index("\nb\n")
    assert not (folder.root / "a/__pycache__/tool.cpython-311.pyc").exists()


def test_a_build_leaves_nothing_beside_the_project(folder: Folder) -> None:
    folder.plan('run("touch out.txt", out="out.txt")')
    folder.build()
    assert sorted(path.name for path in folder.root.iterdir()) == [".stepup", "out.txt", "plan.py"]
    assert sorted(path.name for path in (folder.root / ".stepup").iterdir()) == [
        "director.lock",
        "director.log",
        "graph.db",
        "probe",
        "success.log",
        "worker0.log",
    ]


def variables_of(folder: Folder, **variables: str) -> dict[str, str]:
    """Build and return the environment that a step has shown."""
    shown = folder.run("build", **variables).checked().page("Standard output")
    if shown.startswith("{"):
        found: dict[str, str] = ast.literal_eval(shown)
        return found
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
