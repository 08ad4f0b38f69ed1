"""What pyproject.toml asks for is what the product imports, and the lock file knows all of it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

from tests.tidy.repository import PRODUCT, PROTO, ROOT

OUR_OWN = {"stepup", "stepup_client", "stepup_proto", "stepup_server", "stepup_shared", "stepup_worker"}
SHARED_NAMESPACES = {"google.protobuf": "protobuf", "google.rpc": "googleapis-common-protos"}


class Requirements(NamedTuple):
    """What pyproject.toml asks for."""

    dependencies: list[str]
    """To run."""
    development: list[str]
    """To check and to test."""


def test_every_dependency_is_imported_and_every_import_is_a_dependency() -> None:
    assert imported_distributions() == declared_names(project_table().dependencies)


def test_the_lock_file_pins_every_dependency() -> None:
    project = project_table()
    assert declared_names(project.dependencies + project.development) <= locked_names()


def test_the_lock_file_only_pins_by_version() -> None:
    wrong = [line for line in lock_lines() if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)]
    assert not wrong


def imported_distributions() -> set[str]:
    """Return the names of all distributions that the product imports, wherever in the code."""
    providers = packages_distributions()
    found: set[str] = set()
    for module in imported_modules():
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names | OUR_OWN | {"__future__"}:
            continue
        namespace = ".".join(module.split(".")[:2])
        found.add(SHARED_NAMESPACES.get(namespace) or providers.get(top, [top])[0])
    return {normalized(name) for name in found}


def imported_modules() -> Iterator[str]:
    """Yield the dotted name of every absolute import of the product and its generated code."""
    for path in product_files():
        for statement in ast.walk(ast.parse(path.read_text())):
            match statement:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=str(module), level=0, names=names):
                    yield from (f"{module}.{alias.name}" for alias in names)
                case _:
                    pass


def product_files() -> list[Path]:
    """Return every Python file that is installed, generated ones included."""
    folders = [*(ROOT / folder for folder in PRODUCT), PROTO / "stepup_proto", PROTO / "stepup_shared"]
    return [path for folder in folders for path in folder.rglob("*.py")]


@cache
def project_table() -> Requirements:
    """Read pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return Requirements(project["dependencies"], project["optional-dependencies"]["dev"])


def declared_names(requirements: list[str]) -> set[str]:
    """Return the names without their versions."""
    return {normalized(re.split(r"[\s<>=!~\[;]", requirement)[0]) for requirement in requirements}


def locked_names() -> set[str]:
    """Return the names of the lock file."""
    return {normalized(line.partition("==")[0]) for line in lock_lines()}


def lock_lines() -> list[str]:
    """Return the lock file without its comments."""
    lines = (ROOT / "requirements-dev.lock").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def normalized(name: str) -> str:
    """Return the one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()
