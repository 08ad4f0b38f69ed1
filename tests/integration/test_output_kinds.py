"""S-07: outputs that turn out to be something else than files: told by name and kind, at once, and never followed."""

from __future__ import annotations

import os

import pytest

from tests.support.counts import Counts
from tests.support.project_folder import Folder
from tests.support.remote import start_workers

LARGE = 15 * 1024**4
"""As large as a file may be on most file systems."""

KINDS = {
    "an absolute link": ("ln -s {around}/secret {out}", "a symbolic link"),
    "a link out of the project": ("ln -s ../around/secret {out}", "a symbolic link"),
    "a link to a file of the project": ("ln -s plan.py {out}", "a symbolic link"),
    "a link to itself": ("ln -s {out} {out}", "a symbolic link"),
    "a link to nothing": ("ln -s nothing {out}", "a symbolic link"),
    "a FIFO": ("mkfifo {out}", "not a regular file"),
    "a socket": ("python3 -c 'import socket; socket.socket(1).bind(\"{out}\")'", "not a regular file"),
    "a directory": ("mkdir {out}", "a directory"),
    "a sparse giant": (f"truncate -s {LARGE} {{out}}", "a sparse file"),
}
"""What a step makes, and what is said of it."""


def write_plan(folder: Folder) -> list[str]:
    """Let one step make each kind; return the names of the outputs."""
    (folder.around / "secret").write_text("secret")
    names = [f"out{number}" for number in range(len(KINDS))]
    commands = [
        command.format(out=name, around=folder.around) for name, (command, _) in zip(names, KINDS.values(), strict=True)
    ]
    lines = [f"run({command!r}, shell=True, out={name!r})" for command, name in zip(commands, names, strict=True)]
    folder.plan("\n".join(lines))
    return names


def test_what_is_no_file_is_refused_by_name_and_kind(folder: Folder, counts: Counts) -> None:
    names = write_plan(folder)
    ended = folder.run("build", "--keep-going")
    check_refusals(folder, names, ended.output)
    assert ended.code != 0
    counts.tell("S-07", kinds=len(KINDS), refused=len(names))


def test_what_is_no_file_is_refused_on_a_worker_with_its_own_files(folder: Folder) -> None:
    names = write_plan(folder)
    folder.start("director").wait_output("Listening on")
    start_workers(folder, count=1)
    ended = folder.run("build", "--keep-going")
    check_refusals(folder, names, ended.output)
    assert not [name for name in names if os.path.lexists(folder.root / name)]
    folder.shut_down()


def check_refusals(folder: Folder, names: list[str], said: str) -> None:
    """Demand that each output was named with what it is, and that nothing was followed."""
    for name, (_, kind) in zip(names, KINDS.values(), strict=True):
        assert f"\n{name}  ({kind}" in said, f"{name}: {kind}\n{said}"
    assert (folder.around / "secret").read_text() == "secret"


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_what_is_in_the_place_of_an_output_is_refused_before_the_step_begins(folder: Folder, kind: str) -> None:
    secret = folder.around / "secret"
    secret.write_text("secret")
    if kind == "link":
        (folder.root / "out").symlink_to(secret)
    else:
        os.mkfifo(folder.root / "out")
    folder.plan("run('echo stolen > out; touch began', shell=True, out='out')")
    ended = folder.run("build")
    assert "The output out is not a regular file but a" in ended.output
    assert not folder.has("began")
    assert secret.read_text() == "secret"


@pytest.mark.parametrize(
    ("out", "line"),
    [
        ("../around/x", "plan.py:3: Output (../around/x) lies outside of the project."),
        ("/tmp/stepup-never", "plan.py:3: Output (/tmp/stepup-never) lies outside of the project."),
        (".stepup/x", "plan.py:3: Paths under .stepup belong to StepUp itself"),
        ("sub/../.stepup/x", "plan.py:3: Paths under .stepup belong to StepUp itself"),
        ("x" * 256, "plan.py:3: The name of an output is too long"),
    ],
)
def test_what_the_words_of_a_path_tell_is_refused_where_it_is_declared(folder: Folder, out: str, line: str) -> None:
    folder.plan(f"run('echo x > {out}', shell=True, out={out!r})")
    ended = folder.run("build")
    assert line in ended.output
    assert list(folder.around.glob("x")) == []


def test_a_directory_that_is_granted_holds_outputs_until_it_is_not_any_more(folder: Folder) -> None:
    (folder.root / "link").symlink_to(folder.around)
    folder.write("in", "text")
    folder.plan("static('in')\ncopy('in', '../around/one')\ncopy('in', 'link/sub/two')")
    folder.build("--allow-root", "../around")
    assert (folder.around / "one").exists()
    assert (folder.around / "sub/two").exists()
    folder.plan("static('in')\ncopy('in', 'link/sub/two')")
    folder.write("stepup.toml", '[build]\nallow_root = ["../around"]\n')
    assert "REMOVE │ ../around/one" in folder.build().output
    (folder.root / "stepup.toml").unlink()
    (folder.around / "sub/two").unlink()
    ended = folder.run("build")
    assert "passes through the symbolic link 'link'" in ended.output
    assert not (folder.around / "sub/two").exists()


def test_a_hard_link_to_an_input_is_an_output_like_any_other(folder: Folder) -> None:
    folder.write("in", "text")
    folder.plan("static('in')\nrun('ln in out', shell=True, inp='in', out='out')")
    folder.build()
    assert folder.read("out") == "text"
