#!/usr/bin/env python3
from stepup.core.call import driver

import dataclasses
import datetime
import enum
from pathlib import Path


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 2.0


def show(
    out: list[Path],
    point: Point,
    colour: Colour,
    day: datetime.date,
    pair: tuple[int, int],
    ratio: float,
    more: str | None = None,
):
    print(repr((out, point, colour, day, pair, ratio, more)))
    out[0].touch()


if __name__ == "__main__":
    driver()
