"""How people write the ten digits: every way (allograph) as a skeleton that the pen follows, with how common it is.

A skeleton is written down as a hand would draw it. `20,0 8,50 30,100` is one smooth stroke through three points (x,y); y
points down from 0, the top of the digit, to 100, its foot, and x is measured alike. `!` behind a point makes it a corner, and
`|` lifts the pen. Nothing here is traced from anybody's handwriting: the points were put where school charts and letters
from several countries led us to expect the pen.

points:  (points, 2), the control points of one stroke
corners: (points,), where the pen stops and turns
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One stroke of a skeleton: a smooth line through its points, with corners where they are marked."""

    points: NDArray[np.float64]  # (points, 2)
    corners: NDArray[np.bool_]  # (points,)


@dataclass(frozen=True, slots=True, eq=False)
class Allograph:
    """One way of writing a digit."""

    name: str  # unique, and begins with the digit
    digit: int
    weight: float  # how common among the ways of writing this digit
    strokes: tuple[Stroke, ...]


def skeleton(text: str) -> tuple[Stroke, ...]:
    """Read the notation.

    >>> stroke, dot = skeleton("0,0 50,0! 20,100 | 60,90")
    >>> stroke.points.tolist(), stroke.corners.tolist(), dot.points.tolist()
    ([[0.0, 0.0], [50.0, 0.0], [20.0, 100.0]], [False, True, False], [[60.0, 90.0]])
    """
    return tuple(
        Stroke(
            np.array([point.removesuffix("!").split(",") for point in stroke.split()], dtype=np.float64),
            np.array([point.endswith("!") for point in stroke.split()]),
        )
        for stroke in text.split("|")
    )


# fmt: off
_TABLE = (  # name, weight, skeleton
    ("0 round",            6, "36,0 15,10 4,42 8,78 30,100 52,86 60,52 52,16 36,0"),
    ("0 overlapped",       3, "44,4 20,4 4,40 8,80 30,100 54,84 60,48 48,10 26,6 16,16"),
    ("0 tailed inside",    1, "30,4 8,28 4,66 24,98 50,86 58,46 46,8 24,2 22,18 36,26"),
    ("0 clockwise",        1, "22,4 46,4 60,40 54,82 30,100 8,84 2,44 14,10 34,0"),
    ("0 open",             1, "30,2 10,20 2,60 14,94 36,100 58,74 60,34 48,8"),
    ("0 slashed",        0.7, "34,0 12,14 4,50 12,88 32,100 54,84 60,46 50,10 34,0 | 64,2 0,98"),

    ("1 plain",           12, "32,0 30,35 28,68 27,100"),
    ("1 upward",           1, "20,100 24,66 27,35 30,0"),
    ("1 short flag",       3, "18,18 34,0! 33,50 32,100"),
    ("1 long flag",      2.5, "2,42 22,22 42,0! 42,50 41,100"),
    ("1 very long flag", 0.5, "2,78 24,40 46,0! 46,50 44,100"),
    ("1 footed",         0.7, "14,16 32,0! 32,50 32,100 | 8,100 32,100 56,99"),
    ("1 plain, footed",  0.4, "32,0 32,50 32,100 | 8,100 32,99 56,100"),
    ("1 hooked flag",    0.5, "16,20 26,14 34,0! 33,50 33,100"),

    ("2 plain",            5, "6,22 18,4 40,0 56,16 48,44 28,70 4,98! 30,97 62,96"),
    ("2 looped",           5, "6,20 22,3 44,2 54,20 44,50 24,80 8,97 1,90 12,80 32,90 64,96"),
    ("2 small loop",       3, "8,18 26,1 48,8 50,30 34,60 12,92 5,95 8,87 22,88 40,96 64,92"),
    ("2 swan",             2, "4,30 14,8 34,0 52,14 46,42 24,74 2,98! 20,90 40,98 64,92"),
    ("2 flat",             1, "2,8 24,2 46,4 50,20 36,46 4,96! 34,96 64,98"),
    ("2 curled top",       1, "16,30 6,20 16,4 40,0 54,18 44,46 4,96! 32,94 62,98"),

    ("3 round",            6, "6,14 26,0 48,8 50,30 22,46! 48,54 58,76 36,100 4,90"),
    ("3 waved",            4, "4,12 28,0 50,14 42,38 22,46 46,52 58,72 40,98 2,94"),
    ("3 looped",         1.5, "6,12 30,0 50,16 38,40 20,49 18,42 32,44 56,62 48,92 4,94"),
    ("3 flat top",         1, "4,3 28,2 54,2! 40,20 24,38! 50,48 58,74 36,100 2,88"),
    ("3 hooked",           1, "10,22 14,6 34,0 50,16 40,38 22,44! 48,50 56,74 34,98 8,96 2,82"),

    ("4 open",             5, "12,2 8,28 5,54! 30,54 62,50 | 50,0 47,50 44,100"),
    ("4 open, round",      4, "8,4 5,30 12,52 32,54 54,42 | 54,2 50,42 46,100"),
    ("4 open, one stroke", 3, "10,4 4,30 8,50 30,54 50,30 54,4! 50,50 46,100"),
    ("4 closed",           3, "44,0 22,32 2,66! 30,66 64,64 | 44,0 44,50 43,100"),
    ("4 closed, one stroke", 2, "46,98 46,50 44,2! 22,34 2,62! 30,63 64,62"),
    ("4 narrow",           1, "22,0 12,24 4,48! 30,50 66,46 | 40,22 38,60 34,100"),

    ("5 two strokes",      4, "12,2 8,42! 32,38 56,54 54,82 28,100 2,90 | 12,2 34,2 60,0"),
    ("5 one stroke",       4, "58,1 34,2 14,4! 8,42! 34,38 56,56 52,84 26,100 2,90"),
    ("5 like an S",        2, "56,2 30,4 14,16 16,36 38,50 52,68 46,90 24,100 2,92"),
    ("5 slim",             2, "60,4 36,6 22,8! 14,42 36,52 46,70 36,92 14,100 0,94"),
    ("5 high arm",         1, "18,14 12,48! 34,46 52,62 44,90 20,100 2,92 | 18,12 40,8 66,0"),

    ("6 straight",         5, "42,0 22,28 6,62 10,92 30,100 48,86 46,64 28,58 8,74"),
    ("6 curved",           4, "40,0 14,26 4,64 14,94 36,98 52,80 44,62 24,64 8,80"),
    ("6 curled",           2, "52,10 36,0 14,18 4,58 12,92 34,100 52,80 42,60 20,62 6,78"),
    ("6 small loop",       2, "30,0 12,34 4,72 14,98 34,98 44,84 34,72 16,78 8,88"),
    ("6 open",             1, "36,0 12,36 4,76 20,100 46,92 54,72 40,62 22,68"),

    ("7 straight",         5, "2,6 30,3 58,2! 42,48 24,100"),
    ("7 bent",             4, "2,8 28,4 56,4! 46,28 34,58 30,100"),
    ("7 round shouldered", 2, "2,10 26,4 50,6 54,22 40,52 26,100"),
    ("7 serif",          1.5, "6,22 4,4! 30,5 58,2! 40,48 26,100"),
    ("7 crossed",          2, "2,6 30,4 58,2! 42,46 24,100 | 14,52 34,49 56,46"),
    ("7 crossed, serif", 0.7, "4,18 6,4! 32,6 60,2! 42,46 28,100 | 18,52 36,50 58,46"),
    ("7 waved",            1, "0,18 10,4 30,10 58,2! 36,48 26,100"),

    ("8 like an S",        6, "50,12 32,0 10,12 16,34 42,54 52,80 30,100 6,84 16,58 44,34 50,12"),
    ("8 open S",           3, "54,14 36,1 14,12 16,34 38,54 48,80 28,100 8,84 18,58 42,32 58,2"),
    ("8 from the left",    1, "10,14 28,0 48,12 40,36 14,58 6,82 28,100 52,82 42,56 16,36 10,14"),
    ("8 two circles",      1, "30,0 12,8 10,32 30,46 48,32 48,10 30,0 | 30,46 8,58 6,86 30,100 54,86 52,58 30,46"),
    ("8 from the middle",  1, "30,48 10,30 16,6 36,0 50,18 32,46 12,64 8,88 30,100 52,86 46,62 30,48"),

    ("9 straight",         5, "50,14 32,0 10,12 6,36 24,48 44,34 52,8! 50,50 46,100"),
    ("9 sloped",           4, "46,10 26,2 6,20 8,42 28,46 46,24 50,8! 40,52 26,100"),
    ("9 looped",           3, "46,32 24,46 6,34 12,10 34,0 50,14 46,50 36,100"),
    ("9 hooked",           1, "50,14 30,0 8,14 8,40 28,48 48,32 52,10! 52,60 44,92 24,100 8,92"),
    ("9 curled",           1, "50,16 32,0 10,12 8,38 28,48 48,34 52,14 54,52 44,88 24,100 4,90"),
    ("9 two strokes",      1, "48,12 28,0 8,16 10,40 30,46 46,32 48,12 | 51,2 48,50 44,100"),
)
# fmt: on

ALLOGRAPHS = tuple(Allograph(name, int(name[0]), float(weight), skeleton(text)) for name, weight, text in _TABLE)
