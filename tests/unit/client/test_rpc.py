"""Plans as processes, speaking to a director that listens on a real socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stepup_proto.v1 import plan_pb2, types_pb2
from tests.unit.client.fake_plan_service import FakeDirector


@pytest.fixture
def director() -> Iterator[FakeDirector]:
    # The path of a socket must be short, so that it cannot lie below tmp_path.
    folder = tempfile.mkdtemp(prefix="stepup-test-")
    fake = FakeDirector(f"{folder}/director")
    yield fake
    fake.stop()
    shutil.rmtree(folder)


class Plans:
    """Runs plans in `sub/` of a project."""

    def __init__(self, director: FakeDirector, root: Path) -> None:
        self._director = director
        self._root = root
        (root / "sub").mkdir()

    def run(self, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
        with self.start(text, **environment) as process:
            try:
                stdout, stderr = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, text: str, **environment: str) -> subprocess.Popen[str]:
        plan = self._root / "sub" / "plan.py"
        plan.write_text("from stepup.core.api import *\n" + textwrap.dedent(text))
        known = {
            "STEPUP_DIRECTOR_SOCKET": self._director.socket,
            "STEPUP_ROOT": str(self._root),
            "HERE": "sub/",
            "STEPUP_STEP_I": "3",
            "STEPUP_JOB_I": "7",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("STEPUP_")}
        return subprocess.Popen(
            [sys.executable, "./plan.py"],
            cwd=plan.parent,
            env={**inherited, **known, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def plans(director: FakeDirector, tmp_path: Path) -> Plans:
    return Plans(director, tmp_path)


Refuse = Callable[[plan_pb2.Declaration], types_pb2.Refusal | None]


def refuse_command(command: str, kind: types_pb2.Refusal.Kind, message: str) -> Refuse:
    def refuse(declaration: plan_pb2.Declaration) -> types_pb2.Refusal | None:
        if declaration.step.command != command:
            return None
        return types_pb2.Refusal(kind=kind, message=message, source=declaration.source)

    return refuse


def test_statements_travel_together_in_order_with_their_lines(director: FakeDirector, plans: Plans) -> None:
    done = plans.run(
        """
        static("a", "sub/")
        for number in range(3):
            step(f"true {number}", inp="a", out=str(number))
        plan("deep/")
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert [(batch.batch, batch.attempt.step, batch.attempt.number) for batch in director.batches] == [(1, 3, 7)]
    kinds = [declaration.WhichOneof("statement") for declaration in director.declarations]
    assert kinds == ["static", "step", "step", "step", "directories", "step"]
    assert [declaration.source.line for declaration in director.declarations] == [3, 5, 5, 5, 6, 6]
    assert {declaration.source.file for declaration in director.declarations} == {"sub/plan.py"}
    assert {declaration.base for declaration in director.declarations} == {""}
    assert director.declarations[-1].step.workdir == "deep/"
    assert director.declarations[-1].step.need == types_pb2.NEED_PLAN


def test_many_statements_travel_in_numbered_messages(director: FakeDirector, plans: Plans) -> None:
    done = plans.run("for number in range(2000): step(f'true {number}')")
    assert done.returncode == 0
    assert [declaration.step.command for declaration in director.declarations] == [
        f"true {number}" for number in range(2000)
    ]
    assert [batch.batch for batch in director.batches] == list(range(1, len(director.batches) + 1))
    assert len(director.batches) < 50


def test_messages_stay_short(director: FakeDirector, plans: Plans) -> None:
    done = plans.run("for number in range(100): step(f'true {number}' + ' x' * 20_000)")
    assert done.returncode == 0
    assert len(director.declarations) == 100
    assert max(batch.ByteSize() for batch in director.batches) < 1.1 * 2**20


def test_what_was_declared_goes_before_a_question(director: FakeDirector, plans: Plans) -> None:
    done = plans.run(
        """
        step("first")
        print(list(glob("${*n}1.txt"))[1].n, static("b", "a"), get_info())
        amend(inp="x", out="y")
        """
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == (
        "b [Path('a'), Path('b')] StepInfo(command='./plan.py', inp=[Path('plan.py')], env=[], out=[], vol=[],"
        " workdir=Path('sub/'))\n"
    )
    assert [type(request).__name__ for request in director.requests] == [
        "DeclareRequest",
        "GlobRequest",
        "DeclareRequest",
        "GetStepInfoRequest",
        "AmendRequest",
    ]


def test_an_amended_input_that_is_not_there_raises(director: FakeDirector, plans: Plans) -> None:
    director.amend_answer = plan_pb2.AmendResponse(unavailable=["x"])
    done = plans.run("amend(inp='x')")
    assert done.returncode == 1
    assert done.stderr.endswith("stepup.core.exceptions.InputNotFoundError: Dynamic inputs are not available yet.\n")


def test_a_refusal_at_the_end_names_its_line_and_fails_the_plan(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_CYCLE, "It goes round in circles.")
    done = plans.run("step('good')\nstep('bad')\nprint('the end')\n")
    assert done.returncode == 1
    assert done.stdout == "the end\n"
    assert done.stderr == "stepup.core.exceptions.CyclicError: sub/plan.py:3: It goes round in circles.\n"


def test_a_refusal_is_raised_by_the_next_call_that_waits(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_GRAPH, "Made twice.")
    done = plans.run("step('bad')\nglob('*')\n")
    assert done.returncode == 1
    assert done.stderr.startswith("Shortened traceback (most recent call last). Set STEPUP_DEBUG=1 for details:\n")
    assert done.stderr.endswith("stepup.core.exceptions.GraphError: sub/plan.py:2: Made twice.\n")
    assert "stepup_client" not in done.stderr
    assert done.stderr.count("File ") == 1


def test_debugging_shows_the_whole_traceback(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_PATH, "No.")
    done = plans.run("step('bad')\nglob('*')\n", STEPUP_DEBUG="1")
    assert "stepup_client" in done.stderr
    assert done.stderr.endswith("stepup.core.exceptions.PathError: sub/plan.py:2: No.\n")


def test_a_refusal_of_the_same_line_does_not_name_it(director: FakeDirector, plans: Plans) -> None:
    director.refuse = lambda declaration: types_pb2.Refusal(
        kind=types_pb2.Refusal.KIND_PATH, message="Not there: x", source=declaration.source
    )
    done = plans.run("print(static('x'))")
    assert done.returncode == 1
    assert done.stderr.endswith("stepup.core.exceptions.PathError: Not there: x\n")


def test_a_refusal_is_told_once(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_ARGUMENT, "Bad.")
    done = plans.run(
        """
        try:
            step("bad")
            static("a")[:]
        except ValueError as error:
            print(error)
        step("good")
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("Bad.\n", "", 0)
    assert director.declarations[-1].step.command == "good"


def test_a_plan_waits_for_the_answer_where_it_handles_exceptions(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_ARGUMENT, "Bad.")
    done = plans.run(
        """
        def declare(command):
            step(command)

        step("first")
        for command in ("bad", "good"):
            try:
                with open("plan.py"):
                    declare(command)
            except ValueError:
                print("handled")
        with open("plan.py"):
            step("last")
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("handled\n", "", 0)
    said = [([one.step.command for one in batch.declarations], batch.awaited) for batch in director.batches]
    assert said == [(["first"], False), (["bad"], True), (["good"], True), (["last"], False)]


def test_a_superseded_attempt_is_no_mistake_of_the_plan(director: FakeDirector, plans: Plans) -> None:
    director.refuse = refuse_command("bad", types_pb2.Refusal.KIND_SUPERSEDED, "Too late.")
    done = plans.run("step('bad')")
    assert done.stderr == "stepup.core.exceptions.RPCError: sub/plan.py:2: Too late.\n"
    assert done.returncode == 1


def test_a_director_that_is_away_for_a_moment_is_asked_again(director: FakeDirector, plans: Plans) -> None:
    director.unavailable = 2
    done = plans.run("step('true')")
    assert (done.stderr, done.returncode) == ("", 0)
    assert [batch.batch for batch in director.batches] == [1, 1, 1]


def test_warnings_are_shown(director: FakeDirector, plans: Plans) -> None:
    director.warnings = ["mind the gap"]
    done = plans.run("step('true')")
    assert (done.stderr, done.returncode) == ("WARNING: mind the gap\n", 0)


def test_a_plan_that_crashes_has_declared_what_it_declared(director: FakeDirector, plans: Plans) -> None:
    done = plans.run("step('true')\nraise KeyError")
    assert done.returncode == 1
    assert "KeyError" in done.stderr
    assert len(director.declarations) == 1


def test_a_statement_leaves_soon_while_the_plan_goes_on(director: FakeDirector, plans: Plans) -> None:
    with plans.start("import os\nstep('true')\ninput()\nos._exit(0)\n") as process:
        assert director.heard.wait(30)
        process.communicate("go on\n", timeout=30)
    assert process.returncode == 0
    assert len(director.declarations) == 1


@pytest.mark.parametrize("support", ["0", "1"])
def test_a_forked_process_speaks_for_itself(director: FakeDirector, plans: Plans, support: str) -> None:
    done = plans.run(
        """
        import os
        step("parent")
        declared = static("a")
        if os.fork() == 0:
            step("child of " + declared[0])
            os._exit(0)
        assert os.wait()[1] == 0
        step("parent again")
        """,
        GRPC_ENABLE_FORK_SUPPORT=support,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    commands = [declaration.step.command for declaration in director.declarations]
    assert commands == ["parent", "", "child of a", "parent again"]
    assert [batch.batch for batch in director.batches] == [1, 1, 2]
    assert len({batch.speaker for batch in director.batches}) == 2


def test_the_graph_is_written_at_the_root(plans: Plans, tmp_path: Path) -> None:
    assert plans.run("graph('g')").returncode == 0
    assert (tmp_path / "g.txt").read_text() == "text"
    assert (tmp_path / "g_dependency.dot").read_text() == "dependency"


def test_a_director_that_never_answers_is_given_up(plans: Plans) -> None:
    done = plans.run(
        """
        from stepup_client.rpc import connection
        connection._RECONNECT_S_MAX = 0.2
        step("true")
        """,
        STEPUP_DIRECTOR_SOCKET="/nowhere/director",
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "stepup.core.exceptions.RPCClientUnusableError: The director at /nowhere/director cannot be reached"
    )
