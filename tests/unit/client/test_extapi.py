"""What tools that run as steps can use: programs of their own, and which files are sources."""

from __future__ import annotations

import subprocess
import sys

import pytest
from path import Path

from stepup_client.extapi import (
    child_env,
    filter_dependencies,
    get_local_import_paths,
    record_subprocess,
    run_subprocess,
)
from stepup_client.rpc import current


@pytest.fixture(autouse=True)
def no_director(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("STEPUP_DIRECTOR_SOCKET", "STEPUP_ROOT", "STEPUP_JOB_I", "STEPUP_PATH_FILTER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(current, "_process", None)
    monkeypatch.chdir(tmp_path)
    (Path(tmp_path) / "sub").mkdir()


@pytest.mark.parametrize(
    ("workdir", "here", "root"),
    [("sub", "sub", ".."), ("sub/", "sub", ".."), (".", ".", "."), ("sub/..", ".", ".")],
)
def test_programs_elsewhere_know_where_they_are(workdir: str, here: str, root: str) -> None:
    environment = child_env(workdir, {"A": "1"})
    assert environment == {"A": "1", "HERE": here, "ROOT": root}
    assert "PATH" in child_env(workdir)


def test_what_a_program_writes_is_caught_as_its_input_was_given() -> None:
    assert run_subprocess("cat", stdin="hi").stdout == "hi"
    assert run_subprocess("cat", stdin=b"hi").stdout == b"hi"
    assert run_subprocess("cat", stdin="hi", text=False).stdout == b"hi"
    assert run_subprocess("echo hi", text=True).stdout == "hi\n"


def test_a_program_runs_where_and_with_what_it_is_told() -> None:
    done = run_subprocess("X='a b' printenv X HERE ROOT", workdir="sub")
    assert (done.args, done.stdout) == (["printenv", "X", "HERE", "ROOT"], "a b\nsub\n..\n")
    assert run_subprocess("X=1; echo $X$(basename $PWD)", workdir="sub", shell=True).stdout == "1sub\n"


def test_a_program_that_fails_passes_on_what_it_wrote(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_subprocess("false", check=False).returncode == 1
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero exit status 3") as caught:
        run_subprocess("echo out; echo err >&2; exit 3", shell=True)
    assert (caught.value.stdout, caught.value.stderr) == ("out\n", "err\n")
    written = capfd.readouterr()
    assert written.err == "err\n"
    assert written.out.endswith("out\n")


def test_records_are_shown_outside_of_a_build(capsys: pytest.CaptureFixture[str]) -> None:
    record_subprocess("tool x", 3, stdin="a", stdout=b"b", workdir="sub", env_overrides={"A": "1"})
    assert capsys.readouterr().out == "record_subprocess('tool x', returncode=3)\n"


def test_sources_are_found_behind_links(tmp_path: Path) -> None:
    (Path(tmp_path) / "real.txt").touch()
    (Path(tmp_path) / "link.txt").symlink_to("real.txt")
    (Path(tmp_path) / "away.txt").symlink_to("/etc/hostname")
    paths = ("link.txt", "away.txt", "sub/../b.txt", "/etc/passwd", "venv/x", f"{tmp_path}/c.txt")
    assert filter_dependencies(paths) == {Path("real.txt"), Path("b.txt"), Path("c.txt")}


def test_local_imports_are_relative_to_where_the_step_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(tmp_path) / "only_here.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    __import__("only_here")
    assert get_local_import_paths() == [Path("only_here.py")]
    assert get_local_import_paths("only_here.py") == []
    monkeypatch.chdir(Path(tmp_path) / "sub")
    assert get_local_import_paths() == [Path("../only_here.py")]
