"""S-15: no data that comes from elsewhere is ever run: nothing unpickles, evaluates or passes text to a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.repository import ROOT

FOLDERS = ("stepup_server", "stepup_worker", "stepup_client", "proto/stepup_shared")
MODULES = frozenset(
    {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "code", "codeop"}
)
CALLS = frozenset(
    {"eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "runpy.run_path"}
)


def findings(tree: ast.AST) -> Iterator[str]:
    """Yield what is forbidden, by name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names if one.name.partition(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield module
            case ast.Call(func=func, keywords=keywords):
                if ast.unparse(func) in CALLS:
                    yield ast.unparse(func)
                yield from ("shell=True" for one in keywords if one.arg == "shell" and _is_true(one.value))
            case _:
                pass


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def sources() -> list[Path]:
    """Return the modules of the product, without generated ones."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_data_is_run() -> None:
    found = {
        (str(path.relative_to(ROOT)), what) for path in sources() for what in findings(ast.parse(path.read_text()))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import pickle", "pickle"),
        ("from marshal import loads", "marshal"),
        ("eval(text)", "eval"),
        ("import yaml\nyaml.load(text)", "yaml.load"),
        ("subprocess.run(text, shell=True)", "shell=True"),
        ("os.system(text)", "os.system"),
    ],
)
def test_what_is_forbidden_would_be_found(text: str, what: str) -> None:
    assert list(findings(ast.parse(text))) == [what]
