"""Scripts in a workspace of their own, and what they import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import stepup_worker.run.cold
from stepup_proto.v1 import plan_pb2
from tests.unit.client.fake_plan_service import FakeDirector


@pytest.fixture
def director(tmp_path: Path) -> Iterator[FakeDirector]:
    # The path of a socket must be short, so that it cannot lie below tmp_path.
    folder = tempfile.mkdtemp(prefix="stepup-test-")
    fake = FakeDirector(f"{folder}/director")
    fake.project, fake.tree = tmp_path / "project", tmp_path / "tree"
    fake.project.mkdir()
    fake.tree.mkdir()
    yield fake
    fake.stop()
    shutil.rmtree(folder)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run_script(director: FakeDirector, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a worker does; `used` is where it notes what it has imported."""
    write(director.tree / "script.py", text)
    (director.tree / "used").touch()
    known = {
        "STEPUP_DIRECTOR_SOCKET": director.socket,
        "STEPUP_ROOT": str(director.tree),
        "STEPUP_WORKSPACE": str(director.tree),
        "STEPUP_STEP_I": "3",
        "STEPUP_JOB_I": "5",
    }
    words = (sys.executable, stepup_worker.run.cold.__file__, "used", "script.py")
    return subprocess.run(
        words,
        cwd=director.tree,
        env={**os.environ, **known, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def used(director: FakeDirector) -> list[str]:
    return (director.tree / "used").read_text().split("\0")


def test_a_module_beside_the_script_is_fetched_and_noted(director: FakeDirector) -> None:
    write(director.project / "helper.py", "word = 'hello'\n")
    write(director.project / "other.py", "raise SystemExit(9)\n")
    done = run_script(director, "import helper\nprint(helper.word)\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")
    assert used(director) == ["helper.py"]
    assert not (director.tree / "other.py").exists()


def test_packages_and_what_they_import_are_fetched(director: FakeDirector) -> None:
    write(director.project / "package/__init__.py", "from . import inner\n")
    write(director.project / "package/inner.py", "import leaf\nnumber = leaf.number\n")
    write(director.project / "leaf.py", "number = 7\n")
    write(director.project / "space/portion.py", "number = 8\n")
    text = "import package\nfrom space import portion\nprint(package.inner.number, portion.number)\n"
    done = run_script(director, text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "7 8\n", "")
    assert used(director) == ["leaf.py", "package/__init__.py", "package/inner.py", "space/portion.py"]


def test_a_module_of_the_project_hides_one_of_the_library_as_it_does_elsewhere(director: FakeDirector) -> None:
    write(director.project / "wave.py", "word = 'ours'\n")
    assert run_script(director, "import wave\nprint(wave.word)\n").stdout == "ours\n"


def test_what_is_installed_below_the_project_is_not_asked_for(director: FakeDirector) -> None:
    write(director.project / "venv/installed.py", "word = 'no'\n")
    done = run_script(director, "import sys\nsys.path.append('venv')\nimport installed\n")
    assert "No module named 'installed'" in done.stderr
    bases = [request.base for request in director.requests if isinstance(request, plan_pb2.LocateRequest)]
    assert bases == ["."]


def test_a_directory_of_modules_may_come_into_being_by_an_import(director: FakeDirector) -> None:
    write(director.project / "lib/tool.py", "word = 'tool'\n")
    text = "import os, sys\nsys.path.append(os.path.abspath('lib'))\n"
    text += "try: import nothing\nexcept ImportError: pass\nimport tool\nprint(tool.word)\n"
    assert run_script(director, text).stdout == "tool\n"


def test_a_script_that_speaks_itself_is_not_disturbed(director: FakeDirector) -> None:
    write(director.project / "helper.py", "from stepup.core.api import static\nstatic('a')\n")
    done = run_script(director, "from stepup.core.api import static\nstatic('b')\nimport helper\nstatic('c')\n")
    assert (done.returncode, done.stderr) == (0, "")
    paths = [path for one in director.declarations for path in one.static.paths]
    assert paths == ["b", "a", "c"]


def test_a_forked_process_imports_too(director: FakeDirector) -> None:
    write(director.project / "first.py", "")
    write(director.project / "second.py", "word = 'forked'\n")
    text = "import os\nimport first\npid = os.fork()\nif not pid:\n import second\n print(second.word, flush=True)\n"
    done = run_script(director, text + "else: os.waitpid(pid, 0)\n")
    assert (done.returncode, done.stdout) == (0, "forked\n")


def test_no_thread_of_a_closed_connection_is_there_when_a_process_forks_itself(director: FakeDirector) -> None:
    write(director.project / "first.py", "")
    # What is registered first is called last.
    text = "import os\nos.register_at_fork(before=lambda: print(os.listdir('/proc/self/task') == [str(os.getpid())]))\n"
    done = run_script(director, text + "import first\nif not os.fork(): os._exit(0)\nos.wait()\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_elsewhere_nobody_is_asked(director: FakeDirector) -> None:
    text = "import os, sys\nprint([type(one).__name__ for one in sys.meta_path])\n"
    environment = {name: value for name, value in os.environ.items() if name != "STEPUP_WORKSPACE"}
    write(director.tree / "script.py", text)
    done = subprocess.run(
        (sys.executable, stepup_worker.run.cold.__file__, os.devnull, "script.py"),
        cwd=director.tree,
        env={**environment, "STEPUP_ROOT": str(director.tree)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "ProjectFinder" not in done.stdout
