"""What does StepUp 4 do with our examples? Runs them with both programs and shows where these differ."""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.examples import comparable, expected_names, find_examples, prepare, run_script
from tests.support.project_folder import PROGRAMS, plain_environment

_PHASE = re.compile(r"^   PHASE │ build$", re.MULTILINE)


def main() -> int:
    """Compare the examples whose names match; return how many differ without a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stepup4", type=Path, required=True, help="the directory with the programs of StepUp 4")
    parser.add_argument("--show", action="store_true", help="show all that StepUp 4 writes, not only what differs")
    parser.add_argument("patterns", nargs="*", default=["*"], help="names of examples, with wildcards")
    options = parser.parse_args()
    surprises = 0
    for example in find_examples():
        if any(fnmatch.fnmatch(example.name, pattern) for pattern in options.patterns):
            differences = compare(example, options.stepup4, show=options.show)
            is_explained = (example / "stepup4.md").exists()
            verdict = ("differs, as explained" if is_explained else "DIFFERS") if differences else "same"
            print(f"{example.name}: {verdict}", flush=True)
            if not is_explained or options.show:
                sys.stdout.writelines(differences)
            surprises += bool(differences) and not is_explained
    return min(surprises, 100)


def compare(example: Path, stepup4: Path, *, show: bool) -> list[str]:
    """Run an example with both programs and return how they differ."""
    ours, theirs = written_by(example, PROGRAMS), written_by(example, stepup4)
    context = 1_000_000 if show else 3
    lines: list[str] = []
    for name in sorted(ours.keys() | theirs.keys()):
        pair = (ours.get(name, "").splitlines(keepends=True), theirs.get(name, "").splitlines(keepends=True))
        lines += difflib.unified_diff(*pair, f"ours/{name}", f"StepUp 4/{name}", n=context)
        lines += [f"===== both/{name}\n", *pair[0]] if show and pair[0] == pair[1] else []
    return lines


def written_by(example: Path, programs: Path) -> dict[str, str]:
    """Run an example with the programs in a directory; return what it writes, and how it ends."""
    with tempfile.TemporaryDirectory() as around:
        place = prepare(example, Path(around))
        environment = plain_environment()
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        run = run_script(place, environment)
        names = {path.name for pattern in ("stdout*.txt", "*graph*.txt") for path in place.glob(pattern)}
        names |= set(expected_names(example))
        texts = {name: _PHASE.sub("   PHASE │ run", comparable(place / name)) for name in sorted(names)}
        return texts | {"(end of main.sh)": f"{run.code}\n{run.said if run.code else ''}"}


if __name__ == "__main__":
    sys.exit(main())
