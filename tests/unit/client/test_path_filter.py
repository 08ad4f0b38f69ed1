"""Which imported modules count as inputs of a script."""

from __future__ import annotations

import types
from pathlib import Path

import pytest

from stepup_client.errors import StepUpError
from stepup_client.imports import PathFilter, imported_files


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (None, "a.py sub/m.py"),
        ("", "a.py sub/m.py venv/v.py venvx/v.py"),
        (":", "a.py sub/m.py venv/v.py venvx/v.py"),
        ("-sub", "a.py venv/v.py venvx/v.py"),
        ("-./sub/", "a.py venv/v.py venvx/v.py"),
        ("-su", "a.py venv/v.py venvx/v.py"),
        ("-venv", "a.py sub/m.py"),
        ("+sub:-.", "sub/m.py"),
        ("-.:+sub", ""),
        ("-", ""),
        ("-/", ""),
        ("-link", "a.py venv/v.py venvx/v.py"),
        ("+../other", "../other/o.py a.py sub/m.py venv/v.py venvx/v.py"),
        ("+/:-venv", "../other/o.py ../rootless/r.py a.py sub/m.py venv/v.py venvx/v.py"),
        ("-s*", "a.py sub/m.py venv/v.py venvx/v.py"),
    ],
)
def test_the_first_rule_decides(tmp_path: Path, text: str | None, accepted: str) -> None:
    root = tmp_path.resolve() / "root"
    modules: list[types.ModuleType] = []
    for name in ("a.py", "sub/m.py", "venv/v.py", "venvx/v.py", "../other/o.py", "../rootless/r.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        modules.append(_module(str(path)))
    (root / "link").symlink_to("sub")
    assert imported_files(modules, PathFilter(text, str(root))) == accepted.split()


def test_links_to_modules_are_followed(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "real.py").touch()
    (root / "link.py").symlink_to("real.py")
    modules = [_module(str(root / "link.py")), _module(str(root / "real.py"))]
    assert imported_files(modules, PathFilter(None, str(root))) == ["real.py"]


def test_invented_files_and_the_script_itself_are_left_out(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "script.py").touch()
    modules = [_module(str(root / "none.py")), _module(None), _module(str(root / "script.py")), types.ModuleType("m")]
    assert imported_files(modules, PathFilter(None, str(root)), str(root / "script.py")) == []


def test_our_own_modules_are_no_sources(tmp_path: Path) -> None:
    assert imported_files([types], PathFilter("+/", str(tmp_path))) != []
    import stepup_client.imports

    assert imported_files([stepup_client.imports], PathFilter("+/", str(tmp_path))) == []


def test_an_item_without_a_sign_is_refused() -> None:
    with pytest.raises(StepUpError, match="Invalid filter item: sub"):
        PathFilter("+a:sub", "/")


def _module(file: str | None) -> types.ModuleType:
    module = types.ModuleType("m")
    module.__file__ = file
    return module
