"""What the functions of a plan say, in both dialects."""

from __future__ import annotations

import inspect
from pathlib import Path as PlainPath
from typing import Any

import pytest
from path import Path

from stepup_client import api
from stepup_client.api import (
    Need,
    StepInfo,
    amend,
    copy,
    get_info,
    getenv,
    glob,
    graph,
    hold,
    mkdir,
    plan,
    pool,
    run,
    shq,
    static,
    step,
    subs_env_vars,
)
from stepup_client.core.declarations import (
    AmendAnswer,
    Amendment,
    DeferredGlobs,
    DirectoryPaths,
    GlobMatch,
    GlobQuery,
    HoldChange,
    Pool,
    StaticPaths,
    StepDeclaration,
)
from stepup_client.core.globs import NamedGlob
from stepup_client.core.joined_globs import NGlobMulti
from stepup_client.errors import EnvVarError, InputNotFoundError, PathError, StepUpError
from tests.unit.client.builders import a_step
from tests.unit.client.recording import RecordingSession

# static


def test_static_sends_paths_as_they_are_written(session: RecordingSession) -> None:
    static("sub/", "./a", ["b", PlainPath("c")])
    assert session.said == [StaticPaths(("sub/", "./a", "b", "c"))]


def test_static_returns_a_list_that_is_fetched_when_somebody_looks(session: RecordingSession) -> None:
    declared = static("b", "a")
    assert session.answers[0].looks == 0
    assert declared == [Path("a"), Path("b")]
    assert declared == static("a", "b")
    assert declared + [Path("c")] == [Path("a"), Path("b"), Path("c")]  # noqa: RUF005 # the operator is meant
    assert [Path("c")] + declared == [Path("c"), Path("a"), Path("b")]  # noqa: RUF005 # the operator is meant
    assert sorted(declared, key=str) == [Path("a"), Path("b")]
    assert repr(declared) == "[Path('a'), Path('b')]"
    assert (len(declared), declared[0], declared[:1], Path("a") in declared) == (2, Path("a"), [Path("a")], True)
    assert session.answers[0].looks == 1


def test_static_without_paths_says_nothing(session: RecordingSession) -> None:
    assert static() == []
    assert static([]) == []
    assert session.said == []


def test_static_takes_the_matches_of_a_pattern_literally(session: RecordingSession) -> None:
    static(NamedGlob("*", {}, {(): ["a[1].txt", "sub/"]}))
    assert session.said == [StaticPaths(("a[[]1].txt", "sub/"))]


def test_a_long_list_of_static_paths_is_cut(session: RecordingSession) -> None:
    paths = [f"{'x' * 100}{i:05}" for i in range(3000)]
    declared = static(paths)
    assert len(session.said) > 1
    assert declared == [Path(path) for path in paths]


# step


def test_step_takes_a_command_as_it_stands(session: RecordingSession) -> None:
    returned = step("A=1 ./x.py $HOME", inp=["b", "a", "b"], env="E", out="o", vol="v", resources="r:2", duration=3)
    assert session.statement == a_step(
        "A=1 ./x.py $HOME",
        inputs=["a", "b"],
        environment=["E"],
        outputs=["o"],
        volatiles=["v"],
        resources={"r": 2},
        duration_s=3.0,
    )
    assert returned == StepInfo("A=1 ./x.py $HOME", [Path("a"), Path("b")], ["E"], [Path("o")], [Path("v")], Path("."))


def test_step_knows_version_1_by_its_path_lists(session: RecordingSession) -> None:
    step("cat ${inp} > ${out}", inp=["b x", "a"], out="o", optional=True)
    assert session.statement == a_step(
        "cat 'b x' a > o", inputs=["a", "b x"], outputs=["o"], need=Need.OPTIONAL, shell=True
    )


@pytest.mark.parametrize("named", [{"optional": True}, {"pool": "p"}, {"block": True}])
def test_step_knows_version_1_by_its_arguments(session: RecordingSession, named: dict[str, Any]) -> None:
    step("cat a > ${out}", inp=["a", "d/"], out="o", workdir="deep/", **named)
    declared = session.statement
    assert isinstance(declared, StepDeclaration)
    assert (declared.command, declared.inputs, declared.workdir, declared.shell) == ("cat a > o", ["a"], "deep/", True)


def test_step_knows_version_4_by_its_arguments(session: RecordingSession) -> None:
    step("cat ${inp}", inp="a", shell=True)
    assert session.statement == a_step("cat ${inp}", inputs=["a"], shell=True)
    step("cat ${inp}", inp="a", duration=1, block=True)
    assert session.statement == a_step("cat ${inp}", inputs=["a"], duration_s=1, resources={"blocked": 1})


def test_step_sends_the_workdir_normalised(session: RecordingSession) -> None:
    for workdir in ("deep", "deep/", "../x", ".", "./"):
        step("true", workdir=workdir)
    workdirs = [said.workdir for said in session.said if isinstance(said, StepDeclaration)]
    assert workdirs == ["deep", "deep", "../x", "", ""]


def test_a_plan_that_has_moved_says_where_it_is(
    session: RecordingSession, tmp_path: PlainPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    step("true")
    monkeypatch.chdir(tmp_path)
    step("true")
    static("a")
    (tmp_path / "link").symlink_to("sub")
    monkeypatch.chdir(tmp_path / "link")
    static("a")
    assert session.bases == ["", ".", ".", ""]
    assert session.said[1] == a_step("true", workdir=".")


@pytest.mark.parametrize("name", ["inp", "out", "vol"])
def test_directories_are_not_allowed_in_steps(session: RecordingSession, name: str) -> None:
    with pytest.raises(PathError, match="Directories are not allowed: d/"):
        step("true", **{name: "d/"})  # type: ignore[arg-type] # the name is one of three
    assert session.said == []


def test_statements_name_the_line_of_the_plan(session: RecordingSession) -> None:
    frame = inspect.currentframe()
    assert frame is not None
    line = frame.f_lineno + 1
    step("true")
    with hold():
        run("true")
    assert [source.line for source in session.sources] == [line, line + 1, line + 2, line + 1]
    assert {source.file for source in session.sources} == {__file__}


# run


def test_run_takes_variables_off_and_adds_the_program(session: RecordingSession) -> None:
    returned = run("A='x y' ./x.py a", inp="a", workdir="deep")
    assert session.statement == a_step("./x.py a", workdir="deep", inputs=["./x.py", "a"], overrides={"A": "x y"})
    assert returned.inp == [Path("./x.py"), Path("a")]


def test_run_calls_a_function_with_substituted_paths(
    session: RecordingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A", "x")

    def make_command(inp: list[Path], out: list[Path]) -> str:
        return f"cp {shq(inp)} {out[0]}"

    run(make_command, inp=["$A.b", "a"], out="$HERE/o")
    assert session.statement == a_step("cp x.b a sub//o", inputs=["a", "x.b"], outputs=["sub//o"])


def test_run_checks_overrides(session: RecordingSession) -> None:
    with pytest.raises(StepUpError, match="both an env dependency and an env_overrides value: A"):
        run("A=1 true", env="A")
    with pytest.raises(StepUpError, match="set by StepUp cannot be overridden: HERE"):
        run("HERE=1 true")
    assert session.said == []


# plan


def test_plan_of_version_4(session: RecordingSession) -> None:
    returned = plan("./plan.py", workdir="deep")
    assert session.said == [a_step("./plan.py", workdir="deep", inputs=["./plan.py"], need=Need.PLAN)]
    assert returned.inp == [Path("./plan.py")]


def test_plan_of_version_1(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "deep")
    returned = plan("${A}/", inp="x")
    assert session.said[-2:] == [
        DirectoryPaths(("deep/",), create=False),
        a_step("./plan.py", workdir="deep/", inputs=["plan.py", "x"], need=Need.PLAN),
    ]
    assert session.recorded_variables == ["A"]
    assert returned.workdir == Path("deep/")


def test_a_wrong_plan_of_version_1_says_nothing(session: RecordingSession) -> None:
    with pytest.raises(PathError):
        plan("deep/", out="d/")
    assert session.said == []


def test_plan_without_its_slash_is_spelled_with_it(session: RecordingSession) -> None:
    plan("deep")
    assert session.statement == a_step("./plan.py", workdir="deep/", inputs=["plan.py"], need=Need.PLAN)


def test_plan_wants_a_file_of_the_project(session: RecordingSession) -> None:
    for command in ("plan.py", "python plan.py", "/usr/bin/x"):
        with pytest.raises(PathError):
            plan(command)
    with pytest.raises(PathError):
        plan("plan", workdir="deep")
    assert session.said == []


# copy and mkdir


def test_copy_is_cp(session: RecordingSession) -> None:
    copy("a b", "c")
    assert session.statement == a_step("cp -p 'a b' c", inputs=["a b"], outputs=["c"])
    with pytest.raises(PathError, match="cannot equal the input path: a"):
        copy("a", "./")
    copy("x/a", "d/", optional=True)
    assert session.statement == a_step("cp -p x/a d/a", inputs=["x/a"], outputs=["d/a"], need=Need.OPTIONAL)


def test_copy_substitutes_once(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "x/$B")
    copy("$A", "d/")
    assert session.statement == a_step("cp -p 'x/$B' 'd/$B'", inputs=["x/$B"], outputs=["d/$B"])
    assert session.recorded_variables == ["A"]


def test_mkdir_asks_for_a_directory(session: RecordingSession) -> None:
    mkdir("d/e/")
    assert session.said == [DirectoryPaths(("d/e/",), create=True)]


# glob


def test_glob_returns_what_the_director_found(session: RecordingSession) -> None:
    session.matches = [GlobMatch("a1", {"n": "1"})]
    found = glob("a${*n}", n="[0-9]")
    assert session.said == [GlobQuery("a${*n}", {"n": "[0-9]"})]
    assert (found.pattern, found.subs) == ("a${*n}", {"n": "[0-9]"})
    assert next(found.matches()).n == "1"


# amend, getenv and variables


def test_amend_says_what_is_added(session: RecordingSession) -> None:
    amend(inp=["a", "b"], out="o", vol="v", env=["B", "A"])
    assert session.recorded_variables == ["A", "B"]
    assert session.statement == Amendment(["a", "b"], [], ["o"], ["v"])


def test_amend_of_variables_alone_waits_for_nothing(session: RecordingSession) -> None:
    amend(env=["A", "HERE"])
    amend()
    amend(env="A")
    assert session.recorded_variables == ["A"]
    assert len(session.said) == 1


@pytest.mark.parametrize("answer", [AmendAnswer(("a",), ()), AmendAnswer((), ("a",))])
def test_amend_raises_when_an_input_cannot_be_used(session: RecordingSession, answer: AmendAnswer) -> None:
    session.amend_answer = answer
    with pytest.raises(InputNotFoundError, match=r"^Dynamic inputs are not available yet\.$"):
        amend(inp="a")


def test_variables_in_paths_are_recorded_before_the_statement(
    session: RecordingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A", "x")
    static("$A/y", "$HERE/z")
    static("$A")
    assert session.said[1:] == [StaticPaths(("x/y", "sub//z")), StaticPaths(("x",))]
    assert session.recorded_variables == ["A"]


def test_an_undefined_variable_stops_before_anything_is_said(session: RecordingSession) -> None:
    with pytest.raises(EnvVarError):
        static("a", "$NOT_SET_AT_ALL")
    assert session.said == []


def test_getenv_gives_values_in_many_forms(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "./x/../y")
    monkeypatch.setenv("B", "p:q//r/::")
    assert getenv("A") == "./x/../y"
    assert getenv("A", path=True) == Path("./y")
    monkeypatch.setenv("EMPTY", "")
    assert getenv("EMPTY", path=True) == Path(".")
    assert getenv("A", back=True) == getenv("A", is_path=True) == Path("../y")
    assert getenv("B", multi=True) == [Path("p"), Path("q/r/")]
    assert getenv("B", path=True, multi=True) == [Path("p"), Path("q/r/")]
    assert session.recorded_variables == ["A", "EMPTY", "B"]


def test_getenv_of_what_is_not_set(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("A", raising=False)
    assert getenv("A") is None
    assert getenv("A", multi=True) == []
    assert getenv("A", "x") == "x"
    assert getenv("A", "x", path=True) == Path("x")
    with pytest.raises(EnvVarError):
        getenv("A", path=True)
    assert session.recorded_variables == ["A"]


def test_getenv_does_not_depend_on_what_the_worker_sets(
    session: RecordingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERE", "sub/")
    assert getenv("HERE") == "sub/"
    assert session.said == []


def test_shq_and_subs_env_vars_substitute(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "x y")
    monkeypatch.setenv("B", "z")
    assert shq(["$A", "b"]) == "'x y' b"
    with subs_env_vars() as subs:
        assert subs("$B/c") == Path("z/c")
    assert session.recorded_variables == ["A", "B"]


# the rest


def test_hold_closes_after_an_error(session: RecordingSession) -> None:
    with pytest.raises(KeyError), hold():
        raise KeyError
    assert session.said == [HoldChange(open=True), HoldChange(open=False)]


def test_get_info_tells_about_the_caller(session: RecordingSession) -> None:
    assert get_info() == StepInfo("./plan.py", [Path("plan.py")], [], [], [], Path("."))
    assert session.said == []


def test_graph_writes_three_files_relative_to_the_root(session: RecordingSession, tmp_path: PlainPath) -> None:
    graph("g")
    assert (tmp_path / "g.txt").read_text() == "text"
    assert (tmp_path / "g_provenance.dot").read_text() == "provenance"
    assert (tmp_path / "g_dependency.dot").read_text() == "dependency"
    assert session.said == []


def test_glob_of_version_1_declares_what_matches(session: RecordingSession) -> None:
    session.matches = [GlobMatch("a1", {"n": "1"}), GlobMatch("d/", {"n": "d"})]
    found = glob("a${*n}", "b${*n}", n="[0-9]")
    assert isinstance(found, NGlobMulti)
    assert session.said == [
        GlobQuery("a${*n}", {"n": "[0-9]"}),
        GlobQuery("b${*n}", {"n": "[0-9]"}),
        DirectoryPaths(("d/",), create=False),
        StaticPaths(("a1",)),
    ]


def test_glob_of_version_1_may_require_matches(session: RecordingSession) -> None:
    with pytest.raises(PathError):
        glob("a*", _required=True)
    assert session.said == [GlobQuery("a*", {})]


def test_glob_of_version_1_may_wait(session: RecordingSession) -> None:
    assert glob("a*", "b*", _defer=True) is None
    assert session.said == [DeferredGlobs(("a*", "b*"))]
    with pytest.raises(StepUpError):
        glob("${*n}", _defer=True, n="*")


def test_a_pool_has_a_name_and_a_size(session: RecordingSession) -> None:
    pool("gpu", 2)
    assert session.said == [Pool("gpu", 2)]
    with pytest.raises(StepUpError):
        pool("gpu", -1)


def test_the_two_import_names_are_one_api() -> None:
    from stepup.core import api as compat

    assert compat.__all__ == api.__all__
    assert all(getattr(compat, name) is getattr(api, name) for name in api.__all__)
