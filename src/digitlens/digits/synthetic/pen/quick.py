"""Ways to write digits quickly, in a row: loops that close by themselves, feet that turn up, heads that stay open.

They are kept apart from ALLOGRAPHS, whose digits stay as they are, seed by seed. The notation is the same. Rows that
people write on a form or beside a telephone are full of them: a 5 whose belly closes like that of a 6, a 1 that ends in
a hook, a 6 whose loop is a curl, a slender 8. Nothing is traced from anybody's handwriting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.synthetic.pen.hand import write
from digitlens.digits.synthetic.pen.skeletons import Allograph, skeleton
from digitlens.digits.synthetic.pen.writer import CARE

# fmt: off
_TABLE = (  # name, weight, skeleton
    ("0 tail to the right",   1, "36,8 12,22 4,58 18,98 44,92 56,52 42,14 24,8 52,8 88,2"),
    ("0 crossed ends",        1, "52,14 28,2 8,24 4,64 24,98 50,84 56,44 40,10 14,2"),
    ("0 rolled in",           1, "44,6 18,12 4,54 18,98 46,90 58,48 46,12 26,16 26,36 42,40"),
    ("0 closed late",         1, "24,4 8,34 6,74 24,98 48,88 58,48 48,14 30,10 12,30"),
    ("0 slender",             1, "24,0 14,16 10,54 16,92 24,100 34,84 36,44 30,10 22,0"),

    ("1 hook at the foot",    3, "42,0 30,40 16,96! 26,82 42,60"),
    ("1 short hook",          2, "36,0 30,50 24,98! 30,92 38,82"),
    ("1 turned-up foot",      2, "30,0 27,50 26,88 34,99 50,92"),
    ("1 flag, turned-up foot", 1, "14,18 28,4 34,10 29,50 28,90 38,99 52,92"),
    ("1 round flag",          2, "12,20 22,6 34,6 35,22 32,60 30,100"),
    ("1 bowed flag",          2, "14,16 26,4 36,8 36,30 30,64 26,100"),
    ("1 small flag",          2, "18,16 34,2! 34,50 32,100"),
    ("1 leaning flag",        2, "20,20 48,0! 38,50 24,100"),
    ("1 flag like a wave",    1, "12,14 18,4 26,8 36,4! 34,40 30,100"),
    ("1 flag, hook",        0.5, "16,20 34,2! 32,50 30,98! 38,90 48,78"),

    ("2 small foot",          1, "8,22 18,4 38,2 46,20 34,52 10,94 22,90 44,98"),
    ("2 closed head",         1, "24,26 10,14 24,0 44,6 46,28 28,64 4,98! 30,94 60,98"),
    ("2 upright",             1, "12,14 28,0 42,14 36,46 22,78 12,98! 30,98 52,96"),
    ("2 angular",             1, "8,6 30,2 50,4! 30,46 2,98! 34,94 66,96"),
    ("2 low loop",            1, "12,20 26,2 46,8 44,34 22,78 4,90 12,100 26,90 22,78 46,88 70,92"),

    ("3 angular",             1, "2,6 30,4 58,2! 38,26 18,46! 40,50 60,74! 38,88 4,96"),
    ("3 without a waist",     1, "8,12 28,0 46,14 40,38 32,48 48,64 46,88 24,100 2,90"),
    ("3 closed foot",         1, "8,12 30,0 46,16 24,44! 48,54 56,78 34,100 8,90 18,76 32,84"),
    ("3 curled waist",        1, "8,10 30,0 48,16 34,40 18,48 24,38 40,50 54,70 42,96 6,94"),

    ("4 rounded",             1, "10,4 8,36 22,50 42,36 52,6! 50,50 44,100"),
    ("4 hook",                1, "14,2 10,30 18,50 40,46 58,20! 54,56 48,100"),
    ("4 wide cup",            1, "2,10 4,40 24,50 56,44 | 60,0 54,50 50,100"),

    ("5 closed belly",        2, "60,2 34,4 16,10! 8,40 34,36 56,54 52,86 26,100 6,86 8,62 22,50"),
    ("5 cap, closed belly",   2, "14,20 8,46 34,40 56,56 52,88 26,100 6,86 8,62 | 18,16 40,10 68,4"),
    ("5 cap apart",           2, "14,26 8,48 34,40 54,58 48,88 22,100 2,90 | 30,10 48,6 68,0"),
    ("5 rolled",              2, "62,4 38,6 20,22 12,48 40,46 56,66 42,94 16,98 4,80 12,62"),
    ("5 cap first",           1, "16,6 40,4 64,0 | 16,6 10,42! 34,36 54,52 50,86 24,100 0,90"),
    ("5 no corner",           1, "56,2 28,6 12,26 24,44 44,54 50,76 36,98 4,94"),
    ("5 long neck",           1, "64,0 40,6 22,16! 16,58 38,58 48,74 34,96 4,96"),
    ("5 angular",             2, "54,4 22,6! 14,38! 46,52 54,66! 34,92 4,94"),
    ("5 zigzag",              1, "50,4 20,10! 24,44 46,50! 48,76 38,96! 6,92"),
    ("5 loop at the corner",  1, "60,2 32,4 14,14 8,40 14,46 22,36 46,44 54,70 36,98 2,92"),

    ("6 inner curl",          2, "34,0 14,34 8,76 22,98 42,88 40,70 28,74 32,88 48,94"),
    ("6 small curl",          2, "18,4 26,12 16,50 14,84 28,96 44,86 40,74 30,82 38,96 54,98"),
    ("6 open loop",           2, "30,0 12,40 8,84 28,100 52,84 48,64 34,62"),
    ("6 short stem",          2, "36,6 16,14 4,50 12,90 34,100 54,80 50,48 34,42 24,58"),
    ("6 rolled in",           1, "44,8 22,4 6,40 10,86 36,100 56,74 46,44 28,48 26,66 40,70"),
    ("6 like a b",            1, "22,0 16,40 12,90 30,100 50,86 46,66 28,60 14,76"),
    ("6 flagged",             1, "6,12 20,6 22,16 12,52 12,86 30,100 48,88 44,70 28,66 16,78"),

    ("7 round",               1, "-4,14 24,4 54,6 58,22 42,56 32,100"),
    ("7 bowed",               1, "-4,4 32,2 66,4! 54,26 34,56 26,100"),
    ("7 curved stem",         1, "0,6 34,4 66,2! 48,30 42,66 48,98"),
    ("7 crossed, round",      1, "-2,14 22,4 54,4 56,22 38,60 28,100 | 16,54 38,52 60,48"),

    ("8 slender",             2, "40,8 30,0 22,12 26,32 34,54 36,84 28,100 20,84 26,54 36,30 40,8"),
    ("8 slender, open",       2, "46,4 34,0 24,14 28,36 36,58 36,86 26,100 18,84 26,56 40,28 50,2"),
    ("8 leaning loop",        1, "58,4 40,4 26,20 34,44 38,72 24,98 8,88 20,62 44,34 62,10"),
    ("8 open at the top",     1, "50,16 40,2 18,8 16,30 38,52 48,78 26,100 6,84 18,58 40,40 56,14"),
    ("8 open to the right",   2, "54,2 24,20 12,40 40,62 46,86 28,98 20,82 42,46 66,22"),
    ("8 small foot",          1, "54,10 34,0 10,14 14,38 36,52 42,74 28,88 16,76 26,56 52,34 54,10"),
    ("8 one loop",            1, "52,6 30,2 14,16 24,38 42,58 44,84 24,100 8,82 22,58 34,44"),

    ("9 closed late",         1, "52,10 28,4 10,22 14,44 34,44 50,20! 46,60 36,100"),
    ("9 small loop, long stem", 1, "44,12 30,2 16,14 22,28 38,22 46,6! 44,50 40,100"),
    ("9 flag, stem to the left", 1, "50,8 26,4 12,24 22,44 44,34 54,8! 44,56 22,100"),
    ("9 rolled",              1, "50,26 34,42 14,36 14,12 36,0 52,16 50,52 38,84 14,98"),
)
# fmt: on

QUICK = tuple(Allograph(name, int(name[0]), float(weight), skeleton(text)) for name, weight, text in _TABLE)


def quick_drawings(count: int, seed: int) -> dict[int, list[list[NDArray[np.float64]]]]:
    """The strokes of so many digits written quickly, by the digit that they show: a tenth of each.

    Each stroke is (points, 2), on a pad of 280 × 280 units. The same seed gives the same drawings.
    """
    rng = np.random.default_rng(seed)
    drawings: dict[int, list[list[NDArray[np.float64]]]] = {}
    for digit in range(10):
        own = [allograph for allograph in QUICK if allograph.digit == digit]
        weights = np.array([allograph.weight for allograph in own])
        each = rng.multinomial(count // 10, weights / weights.sum())
        drawings[digit] = [
            drawing
            for allograph, n in zip(own, each, strict=True)
            if n
            for drawing in write(allograph, int(n), rng, CARE)
        ]
    return drawings
