"""R-20: contents that are damaged or lost while a build goes on are never published; what made them runs again."""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.support.counts import Counts, number_from
from tests.support.project_folder import Folder
from tests.support.remote import start_workers

STEPS = 12
LINES = 40_000
"""Of each output: more than travels with a result."""
HARMS_MAX = 2
"""How often the same content is damaged: steps whose outputs are lost three times in a row fail."""


class Vandal(threading.Thread):
    """Damages or removes what it finds among the stored contents, up to a number of times."""

    def __init__(self, blobs: Path, damages_max: int) -> None:
        super().__init__()
        self.damaged = 0
        self._blobs = blobs
        self._harms: Counter[str] = Counter()
        self._damages_max = damages_max
        self._ended = threading.Event()

    def run(self) -> None:
        """Do harm until there was enough."""
        while not self._ended.is_set() and self.damaged < self._damages_max:
            # What is still being written has another name.
            for path in self._blobs.glob(f"??/{'[0-9a-f]' * 62}"):
                if self.damaged < self._damages_max and self._harms[path.name] < HARMS_MAX and self._damage(path):
                    self.damaged += 1
                    self._harms[path.name] += 1

    def _damage(self, path: Path) -> bool:
        """Change a bit, or remove the whole."""
        try:
            if self.damaged % 2:
                path.unlink()
            else:
                # The same file, not another one in its place; one that was published meanwhile has another name.
                with path.open("r+b") as file:
                    first = file.read(1)
                    file.seek(0)
                    file.write(bytes([first[0] ^ 1]))
                    file.flush()
                    if not path.exists():
                        # It was published at this very moment: what is not stored any more is not ours to damage.
                        file.seek(0)
                        file.write(first)
        except (OSError, IndexError):
            return False
        return True

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self.join()


def build_with_damages(folder: Folder, steps: int, damages: int, counts: Counts) -> None:
    lines = [
        f"run('seq {number} {number + LINES} > out{number}; echo {number} >> {folder.around}/ledger', shell=True,"
        f" out='out{number}')"
        for number in range(steps)
    ]
    folder.plan("\n".join(lines))
    folder.start("director").wait_output("Listening on")
    start_workers(folder, "--jobs", "2")
    vandal = Vandal(folder.root / ".stepup/blobs", damages)
    vandal.start()
    try:
        ended = folder.run("build")
    finally:
        vandal.end()
    assert ended.code == 0, folder.story()
    for number in range(steps):
        expected = "".join(f"{line}\n" for line in range(number, number + LINES + 1))
        assert folder.read(f"out{number}") == expected, number
    starts = len((folder.around / "ledger").read_text().splitlines())
    folder.shut_down()
    assert vandal.damaged > 0
    assert starts - steps <= vandal.damaged
    counts.tell("R-20", damaged=vandal.damaged, steps=steps, starts=starts, wrong_files=0)


def test_damaged_contents_are_made_again(folder: Folder, counts: Counts) -> None:
    build_with_damages(folder, STEPS, 6, counts)


def test_an_input_that_is_damaged_for_good_fails_its_step_after_some_tries(folder: Folder) -> None:
    """Its stamps are as they were, so only who reads it notices."""
    folder.write("in.txt", "as it was\n")
    folder.plan('static("in.txt")')
    folder.start("director").wait_output("Listening on")
    start_workers(folder, count=1)
    folder.run("build").checked()
    stamps = (folder.root / "in.txt").stat()
    folder.write("in.txt", "as it is!\n")
    os.utime(folder.root / "in.txt", ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    folder.plan('static("in.txt")\nrun("cat in.txt > made.txt", inp="in.txt", out="made.txt", shell=True)')
    ended = folder.run("build")
    assert ended.code & 4
    assert ended.output.count("lost on the way (in.txt): cat in.txt > made.txt will run again") == 2
    assert ended.page("Lost on the way 3 times").count("in.txt: worker 0 (w0 on ") == 3
    os.utime(folder.root / "in.txt")
    assert folder.run("build").code == 0
    assert folder.read("made.txt") == "as it is!\n"
    folder.shut_down()


@pytest.mark.chaos
@pytest.mark.timeout(0)
def test_many_damaged_contents_are_made_again(folder: Folder, counts: Counts) -> None:
    steps = number_from("STEPUP_DAMAGES", 200)
    build_with_damages(folder, steps, steps, counts)
