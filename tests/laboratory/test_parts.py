"""Parts of digits are measured as they were drawn: rings, open arcs, strokes, and what is too small to be a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.parts import INK, LEAST_HOLE, LONG, PARTS, filled, holes, inked_outside, parts_of

MASKS = st.integers(0, 2**32 - 1).flatmap(
    lambda seed: st.sampled_from([0.2, 0.4, 0.55, 0.7]).map(lambda share: noise(seed, share))
)


def noise(seed: int, share: float) -> np.ndarray:
    """Pixels inked at random, (28, 28)."""
    return np.where(np.random.default_rng(seed).random((28, 28)) < share, 255, 0).astype(np.uint8)


def inked_pixels(*strokes: Any) -> np.ndarray:
    """Strokes with a pen two pixels wide, (28, 28)."""
    return np.round(255 * ink_strokes([np.array(points, float) for points in strokes], (28, 28), 1.0)).astype(np.uint8)


def ring(row: float, column: float, radius: float, first: float = 0, last: float = 360) -> list[tuple[float, float]]:
    """A ring, or an arc of it: degrees clockwise from the right."""
    turns = np.radians(np.linspace(first, last, 60))
    return [(column + radius * np.cos(t), row + radius * np.sin(t)) for t in turns]


def blank(change: Callable[[np.ndarray], None] | None = None) -> np.ndarray:
    """No ink but what `change` adds."""
    picture = np.zeros((28, 28), np.uint8)
    if change:
        change(picture)
    return picture


def box(picture: np.ndarray, hole: tuple[int, int]) -> None:
    """A blot of ink with a hole of so many rows and columns."""
    picture[8:18, 9:19] = 255
    picture[12 : 12 + hole[0], 13 : 13 + hole[1]] = 0


ABOVE, BELOW = "a loop above", "a loop below"
UPRIGHT, FLAT = "a long vertical stroke", "a long horizontal stroke"
RISING, FALLING = "a long rising stroke", "a long falling stroke"
END, THREE, MEETING = "a free end", "three free ends", "a junction"
DRAWN: dict[str, tuple[np.ndarray, set[str]]] = {
    "a ring": (inked_pixels(ring(14, 14, 5)), {"a loop"}),
    "two rings, an 8": (inked_pixels(ring(9, 14, 3.5), ring(17, 14, 3)), {"a loop", ABOVE, BELOW, MEETING}),
    "two rings apart": (inked_pixels(ring(7, 14, 4), ring(20, 14, 4)), {"a loop", ABOVE, BELOW}),
    "a ring above and a stroke": (inked_pixels(ring(8, 14, 4), [(11, 20), (17, 20)]), {"a loop", ABOVE, END}),
    "a ring below and a stroke": (inked_pixels(ring(19, 14, 4), [(11, 7), (17, 7)]), {"a loop", BELOW, END}),
    "a 6, its side goes on upwards": (
        inked_pixels(ring(18, 14, 4), [(10, 17), (11, 13), (14, 10), (17, 9)]),
        {"a loop", BELOW, UPRIGHT, END, MEETING},
    ),
    "a 9, its side goes on downwards": (
        inked_pixels(ring(9, 14, 4), [(18, 9), (18, 13), (16, 17)]),
        {"a loop", ABOVE, UPRIGHT, END, MEETING},
    ),
    "an open arc": (inked_pixels(ring(14, 14, 5, 40, 320)), {END}),
    "a stroke down": (inked_pixels([(14, 5), (14, 22)]), {UPRIGHT, END}),
    "a stroke that leans a little": (inked_pixels([(16, 5), (12, 22)]), {UPRIGHT, END}),
    "a stroke across": (inked_pixels([(5, 14), (22, 14)]), {FLAT, END}),
    "a rising stroke": (inked_pixels([(6, 22), (21, 7)]), {RISING, END}),
    "a falling stroke": (inked_pixels([(6, 7), (21, 22)]), {FALLING, END}),
    "a cross": (inked_pixels([(14, 5), (14, 22)], [(5, 14), (22, 14)]), {UPRIGHT, FLAT, END, THREE, MEETING}),
    "a short stroke down": (inked_pixels([(14, 10), (14, 16)]), {END}),
    "a T": (inked_pixels([(7, 8), (21, 8)], [(14, 8), (14, 20)]), {FLAT, UPRIGHT, END, THREE, MEETING}),
    "a Y": (inked_pixels([(9, 8), (14, 14), (19, 8)], [(14, 14), (14, 19)]), {UPRIGHT, END, THREE, MEETING}),
    "two short strokes": (inked_pixels([(8, 9), (8, 16)], [(19, 9), (19, 16)]), {END, THREE}),
    "a stroke with a roughness": (inked_pixels([(14, 5), (14, 22)], [(14, 13), (15.5, 13)]), {UPRIGHT, END}),
    "a dot": (inked_pixels([(14, 14)]), set()),
    "nothing": (blank(), set()),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_has_the_parts_that_were_drawn_and_no_others(name: str) -> None:
    picture, parts = DRAWN[name]
    (has,) = parts_of(picture[None])
    assert {part for part, there in zip(PARTS, has, strict=True) if there} == parts


def test_many_drawings_are_measured_as_each_alone() -> None:
    pictures = np.stack([picture for picture, _ in DRAWN.values()])
    together = parts_of(pictures)
    assert together.shape == (len(pictures), len(PARTS))
    np.testing.assert_array_equal(together, np.concatenate([parts_of(picture[None]) for picture in pictures]))
    assert parts_of(pictures[:0]).shape == (0, len(PARTS))


@pytest.mark.parametrize(("hole", "loop"), [((1, 1), False), ((1, 2), False), ((1, 3), True), ((2, 2), True)])
def test_a_pinhole_of_two_pixels_is_no_loop_and_one_of_three_is(hole: tuple[int, int], loop: bool) -> None:
    picture = blank(lambda p: box(p, hole))[None]
    assert holes(picture).sum() == hole[0] * hole[1]
    assert parts_of(picture)[0, 0] == loop == (hole[0] * hole[1] >= LEAST_HOLE)


def test_ink_counts_from_its_threshold_on() -> None:
    ink = blank(lambda p: box(p, (3, 3)))
    for strength, there in ((INK, True), (INK - 1, False)):
        assert parts_of(np.where(ink > 0, np.uint8(strength), ink)[None])[0, 0] == there


@pytest.mark.parametrize(("length", "long"), [(LONG, True), (LONG - 1, False)])
@pytest.mark.parametrize("part", [UPRIGHT, FLAT, RISING, FALLING])
def test_a_stroke_is_long_from_ten_pixels_on(part: str, length: int, long: bool) -> None:
    picture, step = blank(), np.arange(length)
    rows = {UPRIGHT: step + 6, FLAT: 0 * step + 6, RISING: 20 - step, FALLING: step + 6}[part]
    columns = {UPRIGHT: 0 * step + 6, FLAT: step + 6, RISING: step + 6, FALLING: step + 6}[part]
    picture[rows, columns] = 255
    assert parts_of(picture[None])[0].tolist() == [(name == part and long) or name == END for name in PARTS]


def test_turned_about_the_diagonal_vertical_becomes_horizontal_and_mirrored_rising_becomes_falling() -> None:
    pictures, names = pen_digits(200, seed=3).digits.images, list(PARTS)
    has, turned, mirrored = (
        parts_of(some) for some in (pictures, pictures.transpose(0, 2, 1).copy(), pictures[:, :, ::-1].copy())
    )
    assert has[:, names.index(UPRIGHT)].any()
    assert has[:, names.index(RISING)].any()
    np.testing.assert_array_equal(turned[:, names.index(FLAT)], has[:, names.index(UPRIGHT)])
    np.testing.assert_array_equal(mirrored[:, names.index(FALLING)], has[:, names.index(RISING)])
    np.testing.assert_array_equal(mirrored[:, :3], has[:, :3])


def flooded(picture: np.ndarray) -> np.ndarray:
    """Paper that no way leads to from the border, pixel by pixel."""
    reached, waiting = set(), [(r, c) for r in range(28) for c in range(28) if {r, c} & {0, 27}]
    while waiting:
        r, c = waiting.pop()
        if not (0 <= r < 28 and 0 <= c < 28) or (r, c) in reached or picture[r, c] >= INK:
            continue
        reached.add((r, c))
        waiting += [(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)]
    return np.array([[picture[r, c] < INK and (r, c) not in reached for c in range(28)] for r in range(28)])


@given(MASKS)
def test_holes_are_what_a_flood_from_the_border_does_not_reach(picture: np.ndarray) -> None:
    np.testing.assert_array_equal(holes(picture[None])[0], flooded(picture))


@given(arrays(np.uint8, (28, 28), elements=st.sampled_from([0, INK - 1, INK, 255])))
def test_holes_are_the_same_for_every_strength_of_ink_and_paper(picture: np.ndarray) -> None:
    np.testing.assert_array_equal(holes(picture[None])[0], flooded(picture))


def test_a_way_round_many_corners_leads_out() -> None:
    turns = np.linspace(0, 5 * np.pi, 200)
    spiral = inked_pixels([(14 + 0.75 * t * np.cos(t), 14 + 0.75 * t * np.sin(t)) for t in turns])
    assert not holes(spiral[None]).any()


@given(MASKS)
def test_what_is_filled_has_no_hole_and_is_otherwise_unchanged(picture: np.ndarray) -> None:
    hole, full = holes(picture[None]), filled(picture[None])
    assert not holes(full).any()
    np.testing.assert_array_equal(full[~hole], picture[None][~hole])
    assert (full[hole] == 255).all()


@given(MASKS, st.integers(0, 2**32 - 1))
def test_blots_keep_every_hole_and_hide_no_ink(picture: np.ndarray, seed: int) -> None:
    blots = inked_outside(picture[None], np.random.default_rng(seed))
    hole, changed = holes(picture[None]), blots != picture[None]
    assert not (changed & hole).any()
    assert not (changed & (picture[None] >= INK)).any()
    assert (blots[changed] == 255).all()
    paper = (picture[None] < INK) & ~hole
    assert changed.sum() == min(hole.sum(), paper.sum())
    assert (holes(blots) | ~hole).all(), "every hole is still one"


def test_blots_add_as_many_pixels_as_filling_does_and_none_far_out_before_all_nearer_ones() -> None:
    images = np.concatenate([pen_digits(300, seed=2).digits.images, inked_pixels(ring(14, 14, 9))[None]])
    hole = holes(images)
    count = hole.sum(axis=(1, 2))
    assert (count > 0).sum() > 50
    blots = inked_outside(images, np.random.default_rng(1))
    changed = blots != images
    np.testing.assert_array_equal(changed.sum(axis=(1, 2)), count)
    layers = 0
    for one, taken, left in zip(changed, (images >= INK) | hole, count, strict=True):
        while left:
            wide = np.pad(taken, 1)
            near = (wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2]) & ~taken
            assert one[near].sum() == min(left, near.sum())
            taken, left, layers = taken | near, left - one[near].sum(), layers + 1
    assert layers > (count > 0).sum(), "a large hole needs more than one"
    assert (inked_outside(images, np.random.default_rng(2)) != blots).any(), "which pixels, is drawn"
