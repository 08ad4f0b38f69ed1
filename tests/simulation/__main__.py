"""Play schedules: `python -m tests.simulation --seed 17` tells the story of one, `--schedules N` looks for bad ones."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

from .schedule import Played, play

__all__ = ("main", "play_many")


def main() -> int:
    """Play; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play one schedule and tell its story")
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="play this many; default: %(default)s")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first seed; default: %(default)s")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return tell_story(arguments.seed)
    began = time.monotonic()
    counts, bad = play_many(range(arguments.first, arguments.first + arguments.schedules))
    print(f"R-22: {describe(counts)}, {len(bad)} bad, {time.monotonic() - began:.0f} s")
    for seed, reason in bad.items():
        print(f"seed {seed}: {reason.splitlines()[0]}")
    return 1 if bad else 0


def tell_story(seed: int) -> int:
    """Play one schedule and print what happens."""
    story: list[str] = []
    try:
        played = play(seed, story)
    except Exception as broken:  # noqa: BLE001 # whatever it is, the story comes first
        print("\n".join([*story, f"seed {seed}: {type(broken).__name__}: {broken}"]))
        return 1
    print("\n".join([*story, f"seed {seed}: {describe(_sum([played]))}"]))
    return 0


def play_many(seeds: Iterable[int]) -> tuple[dict[str, int], dict[int, str]]:
    """Play schedules; return their counts, and why some are bad, by seed."""
    played: list[Played] = []
    bad: dict[int, str] = {}
    for seed in seeds:
        try:
            played.append(play(seed))
        except Exception as broken:  # noqa: BLE001 # a bug may raise anything
            bad[seed] = f"{type(broken).__name__}: {broken}"
    return _sum(played), bad


def _sum(played: list[Played]) -> dict[str, int]:
    return {
        "schedules": len(played),
        "kills": sum(one.deaths for one in played),
        "starts": sum(one.starts for one in played),
        "turns": sum(one.turns for one in played),
    }


def describe(counts: dict[str, int]) -> str:
    """Return counts in words."""
    return ", ".join(f"{count} {name}" for name, count in counts.items())


if __name__ == "__main__":
    sys.exit(main())
