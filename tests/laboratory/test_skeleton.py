"""Skeletons: thin, within the ink, with the same loops; and their ends and junctions are counted as they were drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.parts import INK, holes
from digitlens.laboratory.skeleton import BRANCHES, SPUR, ends_and_junctions, skeleton

WRITTEN = pen_digits(300, seed=6).digits.images >= INK


def drawn(angle: float, *strokes: Any, pen: float = 1.2) -> np.ndarray:
    """Strokes around the middle, turned by so many degrees: (1, 28, 28)."""
    turn = np.radians(angle)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(ink_strokes([np.array(points, float) @ turned + 14 for points in strokes], (28, 28), pen) > 0.4)[
        None
    ]


RING = [(6 * np.cos(t), 6 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 60)]
SHAPES: dict[str, tuple[list[Any], int, bool]] = {  # strokes, free ends, whether branches meet
    "a stroke": ([[(-9, 0), (9, 0)]], 2, False),
    "a bent stroke": ([[(-8, -6), (0, 3), (8, -6)]], 2, False),
    "a T": ([[(-9, 0), (9, 0)], [(0, 0), (0, 9)]], 3, True),
    "a cross": ([[(-9, 0), (9, 0)], [(0, -9), (0, 9)]], 4, True),
    "a ring": ([RING], 0, False),
    "a ring with a tail": ([RING, [(6, 0), (12, 0)]], 1, True),
    "a ring that is crossed": ([RING, [(-11, 0), (11, 0)]], 2, True),
    "two strokes": ([[(-9, -4), (9, -4)], [(-9, 4), (9, 4)]], 4, False),
}


@pytest.mark.parametrize("angle", [0, 17, 30, 45, 90, 118, 200])
@pytest.mark.parametrize("name", SHAPES)
def test_ends_and_junctions_are_those_that_were_drawn_however_it_is_turned(name: str, angle: float) -> None:
    strokes, ends, meet = SHAPES[name]
    for pen in (1.0, 1.6):
        found, junctions = ends_and_junctions(drawn(angle, *strokes, pen=pen))
        assert (int(found[0]), bool(junctions[0])) == (ends, meet)


def test_a_skeleton_lies_within_the_ink_has_its_loops_and_loses_nothing_more() -> None:
    thin = skeleton(WRITTEN)
    assert not (thin & ~WRITTEN).any()
    np.testing.assert_array_equal(skeleton(thin), thin)
    hollow = [holes(np.where(some, 255, 0).astype(np.uint8)).any(axis=(1, 2)) for some in (WRITTEN, thin)]
    np.testing.assert_array_equal(*hollow)
    assert 0 < hollow[0].sum() < len(WRITTEN)
    blocks = thin[:, 1:, 1:] & thin[:, :-1, 1:] & thin[:, 1:, :-1] & thin[:, :-1, :-1]
    assert blocks.sum() < 0.01 * thin.sum(), "it is one pixel wide, but for a corner here and there"
    assert (thin.any(axis=(1, 2)) == WRITTEN.any(axis=(1, 2))).all()


def test_a_skeleton_runs_along_the_middle_of_a_stroke() -> None:
    bar = np.zeros((1, 28, 28), bool)
    bar[0, 10:15, 4:24] = True
    rows, columns = np.nonzero(skeleton(bar)[0])
    assert set(rows[(columns > 7) & (columns < 20)].tolist()) == {12}


def test_many_pictures_are_thinned_as_each_alone() -> None:
    some = np.concatenate([WRITTEN[:20], np.zeros((1, 28, 28), bool), np.ones((1, 28, 28), bool)])
    np.testing.assert_array_equal(skeleton(some), np.concatenate([skeleton(one[None]) for one in some]))
    assert skeleton(some[:0]).shape == (0, 28, 28)
    ends, junctions = ends_and_junctions(some)
    assert (ends[20], junctions[20]) == (0, 0), "nothing is written"


@pytest.mark.parametrize(("length", "counts"), [(SPUR, False), (SPUR + 2, True)])
def test_a_branch_counts_if_it_is_longer_than_a_roughness(length: int, counts: bool) -> None:
    lines = np.zeros((1, 28, 28), bool)
    lines[0, 14, 4:24] = True
    lines[0, 14 - length : 14, 13] = True
    ends, junctions = ends_and_junctions(lines)
    assert (int(ends[0]), bool(junctions[0])) == (2 + counts, counts)


def test_branches_are_counted_around_a_pixel() -> None:
    cases = {0: 0, 0b1: 1, 0b11: 1, 0b101: 2, 0b10101: 3, 0b1010101: 4, 0b11111111: 0}
    assert {case: int(BRANCHES[case]) for case in cases} == cases


def test_what_was_written_is_left_as_it_is() -> None:
    before = WRITTEN.copy()
    skeleton(WRITTEN)
    ends_and_junctions(WRITTEN)
    np.testing.assert_array_equal(WRITTEN, before)
