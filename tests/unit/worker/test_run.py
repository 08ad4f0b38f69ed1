"""The pieces of which running an attempt consists."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path

import pytest

from stepup_worker.core.values import Observation, PathKind
from stepup_worker.run.capture import Capture, read_output
from stepup_worker.run.discovery import find_director
from stepup_worker.run.executable import complaint_about, find_own_program, is_script, warning_about
from stepup_worker.run.files import SMALL_BYTES_MAX, hash_large, look
from stepup_worker.run.guardian import reap_strays
from stepup_worker.run.messages import RunScript, Unpacker, WarmUp, pack


def test_looking_tells_kinds_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    names = {"file": "file", ".": "directory", "fifo": "special", "none": "missing", "file/x": "missing"}
    names["loop"] = "unreadable"
    found = {name: look(str(tmp_path / name)) for name in names}
    assert {name: seen.kind.value for name, seen in found.items() if seen is not None} == names
    assert hash_large(str(tmp_path / "fifo")).kind is PathKind.SPECIAL


def test_large_files_are_left_to_who_can_wait(tmp_path: Path) -> None:
    path = tmp_path / "large"
    content = b"ab" * SMALL_BYTES_MAX
    path.write_bytes(content)
    assert look(str(path)) is None
    seen = hash_large(str(path))
    assert seen.hash is not None
    assert seen.hash.digest == hashlib.sha256(content).digest()
    assert look(str(path), seen.hash) == seen, "the stamps are enough"


def test_agreement_is_about_content_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("same")
    before = look(str(path))
    assert before is not None
    path.unlink()
    path.write_text("same")
    os.utime(path, ns=(1, 1))
    after = look(str(path), before.hash)
    assert after is not None
    assert after.agrees_with(before)
    path.chmod(0o700)
    changed = look(str(path), before.hash)
    assert changed is not None
    assert not changed.agrees_with(before)
    assert not Observation(str(path), PathKind.MISSING, None).agrees_with(before)


@pytest.mark.parametrize(
    ("name", "content", "mode", "words"),
    [
        ("x.py", None, 0, "sub/x.py cannot be executed: No such file"),
        ("x.py", "#!/usr/bin/env python3\n", 0o644, "File is not executable: sub/x.py (make it so: chmod +x sub/x.py)"),
        ("x.py", "pass\n", 0o755, "the expected shebang (#!/usr/bin/env python3): sub/x.py"),
        ("x.py", "#!/usr/bin/python3\n", 0o755, "the expected shebang (#!/usr/bin/env python3): sub/x.py"),
        ("x.py", "#!/usr/bin/env python3.11\n", 0o755, None),
        ("x.py", "#!/usr/bin/env python\n", 0o755, None),
        ("x.py", "", 0o755, "the expected shebang"),
        ("x.sh", "echo\n", 0o755, "Script does not start with a shebang: sub/x.sh"),
        ("x.sh", "", 0o755, "Script does not start with a shebang: sub/x.sh"),
        ("x.sh", "#!/bin/sh\n", 0o755, None),
        ("x", "\0", 0o755, None),
    ],
)
def test_complaints_say_what_to_do(
    tmp_path: Path, name: str, content: str | None, mode: int, words: str | None
) -> None:
    (tmp_path / "sub").mkdir()
    if content is not None:
        (tmp_path / "sub" / name).write_text(content)
        (tmp_path / "sub" / name).chmod(mode)
    with contextlib.chdir(tmp_path):
        complaint = complaint_about((f"./{name}",), "sub")
    assert (complaint is None) == (words is None)
    assert words is None or words in str(complaint)


def test_scripts_are_known_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.py").touch()
    programs = ("./none.py", "here.py", "none.py", "/x.py", "./x", "x")
    assert [name for name in programs if is_script((name,), ".")] == ["./none.py", "here.py", "/x.py"]


def test_programs_of_this_environment_are_known_by_their_first_line(tmp_path: Path) -> None:
    for name, first_line in {
        "ours": f"#!{sys.executable}",
        "theirs": "#!/elsewhere/python3",
        "tool": "#!/bin/sh",
    }.items():
        (tmp_path / name).write_text(f"{first_line}\n")
        (tmp_path / name).chmod(0o755)
    path = f"/nowhere:{tmp_path}:/bin"
    assert find_own_program("ours", path) == f"{tmp_path}/ours"
    assert [find_own_program(name, path) for name in ("theirs", "tool", "none", "./ours", "sh")] == [None] * 5
    assert warning_about("theirs", path) is None, "there is none of that name here"
    own = Path(sys.executable).parent / "pytest"
    (tmp_path / "pytest").write_text("#!/elsewhere/python3\n")
    (tmp_path / "pytest").chmod(0o755)
    assert (warning_about("pytest", path) is not None) == own.exists()


def test_output_is_cut_at_the_limit_and_says_so(tmp_path: Path) -> None:
    capture = Capture(str(tmp_path))
    os.write(capture.stdout, b"x" * 100)
    assert read_output(capture.stdout, 100).cut(100) == b"x" * 100
    assert (
        read_output(capture.stdout, 10).cut(10) == b"x" * 10 + b"\n[output cut: these are the first 10 of 100 bytes]\n"
    )
    assert read_output(capture.stderr, 10).cut(10) == b""
    capture.close()


def test_notes_are_found_by_their_path(tmp_path: Path) -> None:
    capture = Capture(str(tmp_path))
    assert not capture.has_notes
    assert capture.read_notes() == ()
    path = Path(capture.open_notes())
    assert capture.read_notes() == ()
    path.write_bytes("a b\0é".encode())
    assert capture.read_notes() == ("a b", "é")
    capture.close()
    assert not path.exists()


def test_messages_survive_being_cut_to_pieces() -> None:
    messages = (WarmUp("/tmp/s"), RunScript(3, ["./a.py", "\udcff"], "sub", {"A": "b"}, "/proc/1/fd/9"))
    unpacker = Unpacker()
    stream = b"".join(pack(message) for message in messages)
    received = [message for byte in stream for message in unpacker.feed(bytes((byte,)))]
    assert received == list(messages)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"socket": 3}'])
def test_a_strange_address_is_no_address(tmp_path: Path, text: str) -> None:
    (tmp_path / ".stepup").mkdir()
    (tmp_path / ".stepup/director.json").write_text(text)
    assert find_director(str(tmp_path), None) is None


def test_an_address_counts_once_its_socket_exists(tmp_path: Path) -> None:
    (tmp_path / ".stepup").mkdir()
    (tmp_path / ".stepup/director.json").write_text(f'{{"socket": "{tmp_path}/s", "pid": 1}}')
    assert find_director(str(tmp_path), None) is None
    (tmp_path / "s").touch()
    assert find_director(str(tmp_path), None) == f"{tmp_path}/s"


def test_only_children_that_nobody_waits_for_are_reaped() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    reap_strays(frozenset((pid,)))
    reap_strays(frozenset())
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)
