"""Nothing in the repository depends on the machine on which it was written."""

from __future__ import annotations

import re

from tests.tidy.repository import text_files

PRIVATE_PATH = re.compile(r"(?<![\w.~$}*])/(?:home|root|work|Users)/\w")
REGISTRY = re.compile(r"registry\.npmjs|registry\.yarnpkg|pythonhosted\.org|pypi\.org|--(?:extra-)?index-url")
MERGE_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not lines_with(PRIVATE_PATH)


def test_no_file_names_a_package_registry() -> None:
    assert not lines_with(REGISTRY)


def test_no_file_holds_a_merge_conflict() -> None:
    assert not lines_with(MERGE_CONFLICT)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return all lines with a match, except those of this file."""
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in text_files()
        if not name.endswith("tests/tidy/test_words.py")
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
