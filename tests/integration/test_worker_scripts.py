"""Python scripts that the worker's fork server runs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fake_director import assignment, exit_code_of
from tests.support.worker_site import Site, outcome_of, run, wait_dead


def test_python_scripts_run_warm_and_as_python_runs_them(tmp_path: Path) -> None:
    text = """
import atexit, os, sys
atexit.register(print, "at exit")
import beside
print(__name__, __file__ == os.getcwd() + "/./x.py", sys.argv, sys.path[0] == os.getcwd(), beside.X)
print(os.environ["STEPUP_JOB_I"], os.environ["MARK"], os.environ["EXTRA"], os.getsid(0) == os.getpid())
print(sorted(os.listdir("/proc/self/fd"))[:4] == ["0", "1", "2", "3"], len(os.listdir("/proc/self/fd")))
print([(f.name, f.mode, f.encoding) for f in (sys.stdin, sys.stdout, sys.stderr)])
print(sys.stdin.read() == "", "stepup_worker.run.script" in sys.modules, sys.modules["__main__"].__file__ == __file__)
sys.exit(len(sys.argv))
"""

    async def test(site: Site) -> None:
        site.script("sub/x.py", text)
        (site.root / "sub/beside.py").write_text("X = 5\n")
        result = await site.run_one("./x.py 'a b'", workdir="sub", environment={"EXTRA": "e"})
        assert result.stdout.decode().splitlines() == [
            "__main__ True ['./x.py', 'a b'] True 5",
            "1 own e True",
            "True 4",
            "[('<stdin>', 'r', 'utf-8'), ('<stdout>', 'w', 'utf-8'), ('<stderr>', 'w', 'utf-8')]",
            "True True True",
            "at exit",
        ]
        assert (exit_code_of(result), result.stderr) == (2, b"")

    run(test, tmp_path)


ENDINGS = {
    "exit_string": "import sys\nsys.exit('sorry')\n",
    "exit_none": "raise SystemExit\n",
    "exit_large": "raise SystemExit(259)\n",
    "raise": "def f():\n    return 1 / 0\nf()\n",
    "syntax": "print('x'\n",
    "chained": "try:\n    {}[1]\nexcept KeyError as e:\n    raise ValueError('v') from e\n",
    "hook": "import sys\nsys.excepthook = lambda t, e, tb: print('hook', t.__name__, tb.tb_lineno)\n{}[1]\n",
    "broken_hook": "import sys\nsys.excepthook = 3\n{}[1]\n",
    "interrupt": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n",
    "term": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "thread": "import threading\nt = threading.Timer(0.05, print, ['late'])\nt.start()\nprint('early')\n",
    "os_exit": "import os\nprint('lost')\nos._exit(4)\n",
    "pipe": "import os, subprocess\nprint(subprocess.run('exit 3', shell=True).returncode)\n",
    "finalize": "import tempfile, os\nd = tempfile.TemporaryDirectory()\nd._finalizer.atexit = True\nprint('é')\n",
    "logging": "import logging\nlogging.warning('careful')\n",
    "recursion": "def f():\n    f()\ntry:\n    f()\nexcept RecursionError:\n    print('deep')\n",
    "fork": "import multiprocessing as m\ndef f(x):\n    return x + 1\n"
    "if __name__ == '__main__':\n    with m.Pool(2) as p:\n        print(p.map(f, [1, 2]))\n",
    "spawn": "import multiprocessing as m\ndef f(x):\n    return x + 1\n"
    "if __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as p:\n        print(p.map(f, [1, 2]))\n",
}


@pytest.mark.parametrize("variables", [{}, {"PYTHONHASHSEED": "1"}], ids=["warm", "cold"])
def test_python_scripts_end_as_python_ends_them(tmp_path: Path, variables: dict[str, str]) -> None:
    async def test(site: Site) -> None:
        for name, text in ENDINGS.items():
            site.script(f"ends_by_{name}.py", text)
        results = await site.run(*(assignment(f"./ends_by_{name}.py", environment=variables) for name in ENDINGS))
        for name, result in zip(ENDINGS, results, strict=True):
            cold = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, f"./ends_by_{name}.py"],
                cwd=site.root,
                capture_output=True,
                check=False,
            )
            assert outcome_of(result) == (cold.returncode, cold.stdout, cold.stderr), name

    run(test, tmp_path)


def test_scripts_start_cold_when_they_set_what_python_reads_at_its_start(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script("x.py", "import sys\nprint('grpc' in sys.modules, 'extra' in sys.path[1])\n")
        result = await site.run_one("./x.py", environment={"PYTHONPATH": "/extra"})
        assert result.stdout == b"False True\n"

    run(test, tmp_path)


def test_scripts_run_even_without_the_fork_server(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script("ppid.py", "import os\nprint(os.getppid(), flush=True)\n")
        site.script("stay.py", "import os\nopen('fifo', 'w').write(str(os.getpid()))\nimport time\ntime.sleep(60)\n")
        os.mkfifo(site.root / "fifo")
        server = int((await site.run_one("./ppid.py")).stdout)
        assert server != site.daemon
        (key,) = site.director.order([assignment("./stay.py")])
        script = await site.wait_line("fifo")
        os.kill(server, signal.SIGKILL)
        (result,) = await site.director.wait_results([key])
        assert result.signal == signal.SIGKILL
        await wait_dead(script)
        assert int((await site.run_one("./ppid.py")).stdout) == site.daemon

    run(test, tmp_path)


IMPORTS = {
    "plain": "import helper\n",
    "exit": "import helper, sys\nsys.exit(3)\n",
    "raise": "import helper\nraise ValueError\n",
    "os_exit": "import helper, os\nos._exit(0)\n",
    "thread": "import threading, time\n\ndef f():\n    time.sleep(0.05)\n    import helper\n\n"
    "threading.Thread(target=f).start()\n",
    "late": "import atexit\n\ndef f():\n    import helper\n\natexit.register(f)\n",
    "fork": "import os\nif os.fork() == 0:\n    import other\n    os._exit(0)\nos.wait()\nimport helper\n",
    "chdir": "import os, sys\nos.chdir('/')\nimport helper\n",
    "closed": "import os\nos.closerange(3, 1024)\nimport helper\n",
}


@pytest.mark.parametrize("variables", [{}, {"PYTHONHASHSEED": "1"}], ids=["warm", "cold"])
def test_what_a_script_imports_is_told_however_it_ends(tmp_path: Path, variables: dict[str, str]) -> None:
    async def test(site: Site) -> None:
        (site.root / "helper.py").touch()
        (site.root / "other.py").touch()
        for name, text in IMPORTS.items():
            site.script(f"{name}.py", text)
        site.script("none.py", "import json\n")
        results = await site.run(
            *(assignment(f"./{name}.py", environment=variables) for name in IMPORTS),
            assignment("./none.py", environment=variables),
            assignment("./plain.py", environment={**variables, "STEPUP_PATH_FILTER": "-helper"}),
            assignment("/bin/true", environment=variables),
        )
        told = [(tuple(one.used_inputs), tuple(one.used_environment)) for one in results]
        assert told[: len(IMPORTS)] == [(("helper.py",), ("STEPUP_PATH_FILTER",))] * len(IMPORTS)
        assert told[len(IMPORTS) :] == [((), ("STEPUP_PATH_FILTER",)), ((), ()), ((), ())]

    run(test, tmp_path)


def test_a_filter_that_cannot_be_read_fails_the_script(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script("x.py", "print('not reached')\n")
        result = await site.run_one("./x.py", environment={"STEPUP_PATH_FILTER": "sub"})
        assert (result.exit_code, result.stdout) == (1, b"")
        assert b"Invalid filter item: sub" in result.stderr

    run(test, tmp_path)


def test_what_is_preloaded_does_not_hide_an_import(tmp_path: Path) -> None:
    lib = Path(json.__file__).resolve().parent

    async def test(site: Site) -> None:
        site.script("x.py", "import json, sys\nprint('grpc' in sys.modules)\n")
        result = await site.run_one("./x.py", environment={"STEPUP_PATH_FILTER": f"+{lib}"})
        assert result.stdout == b"False\n", "it started cold"
        assert any(path.endswith("/json/__init__.py") for path in result.used_inputs)

    run(test, tmp_path)
