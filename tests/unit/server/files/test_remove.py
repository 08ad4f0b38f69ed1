"""Old products go; nothing else does, whatever stands in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stepup_server.core.values import FileHash, PathKind
from stepup_server.files import remove
from stepup_server.files.look import hash_path
from stepup_server.files.remove import remove_files
from stepup_shared.granted import Granted

__all__ = ()


def hash_of(path: Path) -> FileHash:
    found = hash_path("", str(path), None, lambda _mtime_ns: None).hash
    assert found is not None
    return found


def make(path: Path, content: str = "product") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


def test_files_go_in_descending_order_and_then_their_empty_directories(root: Path) -> None:
    paths = ["a/b/1", "a/b/2", "a/c/3", "top"]
    files = [(path, hash_of(make(root / path))) for path in paths]
    assert remove_files(str(root), files).paths == ("top", "a/c/3", "a/b/2", "a/b/1", "a/c", "a/b", "a")
    assert list(root.iterdir()) == []


def test_a_directory_that_still_holds_something_stays_with_all_above_it(root: Path) -> None:
    make(root / "a/kept")
    files = [("a/b/1", hash_of(make(root / "a/b/1")))]
    assert remove_files(str(root), files).paths == ("a/b/1", "a/b")
    assert (root / "a/kept").exists()


def test_a_file_with_other_content_stays(root: Path) -> None:
    known = hash_of(make(root / "out"))
    make(root / "out", "edited!")
    assert remove_files(str(root), [("out", known)]).paths == ()
    assert (root / "out").read_text() == "edited!"


def test_a_file_with_other_permissions_stays(root: Path) -> None:
    known = hash_of(make(root / "out"))
    (root / "out").chmod(0o755)
    assert remove_files(str(root), [("out", known)]).paths == ()


def test_a_file_with_the_same_content_but_other_stamps_goes(root: Path) -> None:
    known = hash_of(make(root / "out"))
    os.utime(root / "out", (0, 0))
    assert remove_files(str(root), [("out", known)]).paths == ("out",)


def test_without_a_hash_whatever_file_is_there_goes(root: Path) -> None:
    make(root / "volatile", "anything")
    assert remove_files(str(root), [("volatile", None)]).paths == ("volatile",)


def test_directories_and_special_files_never_go(root: Path) -> None:
    (root / "directory").mkdir()
    os.mkfifo(root / "fifo")
    removed = remove_files(str(root), [("directory", None), ("fifo", None)])
    assert removed.paths == ()
    assert [(there.path, there.kind) for there in removed.kept] == [
        ("directory", PathKind.DIRECTORY),
        ("fifo", PathKind.SPECIAL),
    ]
    assert sorted(path.name for path in root.iterdir()) == ["directory", "fifo"]


def test_a_link_goes_and_its_target_stays(root: Path, tmp_path: Path) -> None:
    target = make(tmp_path / "elsewhere")
    (root / "link").symlink_to(target)
    (root / "dangling").symlink_to("nowhere")
    files = [("link", hash_of(target)), ("dangling", None)]
    assert remove_files(str(root), files).paths == ("link", "dangling")
    assert target.exists()


def test_a_link_to_another_product_goes_with_it(root: Path) -> None:
    known = hash_of(make(root / "z"))
    (root / "a").symlink_to("z")
    assert remove_files(str(root), [("a", known), ("z", known)]).paths == ("z", "a")


def test_a_link_to_nothing_or_to_a_fifo_is_not_the_product(root: Path) -> None:
    known = hash_of(make(root / "product"))
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "fifo")
    (root / "link").symlink_to("fifo")
    assert remove_files(str(root), [("dangling", known), ("link", known)]).paths == ()


@pytest.mark.parametrize("path", ["../victim", "sub/../../victim", "sub/./file", "sub//file", "", ".", "file/"])
def test_paths_that_do_not_lie_below_the_root_by_their_words_stay(root: Path, path: str) -> None:
    make(root.parent / "victim")
    make(root / "sub/file")
    assert remove_files(str(root), [(path, None)]).paths == ()
    assert (root.parent / "victim").exists()
    assert (root / "sub/file").exists()


def test_an_absolute_path_goes_where_outputs_may_lie_and_stays_elsewhere(root: Path, tmp_path: Path) -> None:
    inside, granted, outside = (make(path) for path in (root / "file", tmp_path / "more/a/file", tmp_path / "victim"))
    files = [(str(path), None) for path in (inside, granted, outside)]
    removed = remove_files(str(root), files, allowed=[str(tmp_path / "more")])
    assert removed.paths == (str(inside), str(granted), str(granted.parent))
    assert outside.exists()


def test_no_link_is_followed_on_the_way(root: Path, tmp_path: Path) -> None:
    victim = make(tmp_path / "outside/victim")
    (root / "out").symlink_to(tmp_path / "outside")
    assert remove_files(str(root), [("out/victim", None)]).paths == ()
    assert victim.exists()
    assert (root / "out").is_symlink()


def test_a_directory_swapped_for_a_link_after_the_judgement_protects_nothing_outside(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = make(tmp_path / "outside/file", "product")
    known = hash_of(make(root / "out/file"))
    judge = remove._judge_all

    def judge_and_swap(granted: Granted, files: list[tuple[str, FileHash | None]]) -> remove._Judgement:
        judged = judge(granted, files)
        (root / "out").rename(root / "old")
        (root / "out").symlink_to(tmp_path / "outside")
        return judged

    monkeypatch.setattr(remove, "_judge_all", judge_and_swap)
    assert remove_files(str(root), [("out/file", known)]).paths == ()
    assert victim.exists()


def test_a_file_replaced_after_the_judgement_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = hash_of(make(root / "file"))
    judge = remove._judge_all

    def judge_and_replace(granted: Granted, files: list[tuple[str, FileHash | None]]) -> remove._Judgement:
        judged = judge(granted, files)
        make(root / "new").rename(root / "file")
        return judged

    monkeypatch.setattr(remove, "_judge_all", judge_and_replace)
    assert remove_files(str(root), [("file", known)]).paths == ()
    assert (root / "file").exists()


def test_a_cleaning_that_was_broken_off_is_finished(root: Path) -> None:
    (root / "a/b").mkdir(parents=True)
    assert remove_files(str(root), [("a/b/gone", None)]).paths == ("a/b", "a")


def test_without_a_root_nothing_is_removed(root: Path) -> None:
    assert remove_files(str(root / "gone"), [("file", None)]).paths == ()


def test_no_descriptor_stays_open(root: Path, tmp_path: Path) -> None:
    (root / "out").symlink_to(tmp_path)
    files = [("a/b/1", hash_of(make(root / "a/b/1"))), ("out/x", None), ("gone/x", None)]
    before = len(list(Path("/proc/self/fd").iterdir()))
    remove_files(str(root), files)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
