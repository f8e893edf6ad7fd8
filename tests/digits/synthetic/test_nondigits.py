"""Non-digits: the same for the same seed, as people have them, and none of them a digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.digits.dataset import Digits
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.preparation.specks import connected_components
from digitlens.digits.synthetic.nondigits import KINDS, nondigits
from digitlens.digits.synthetic.pen.invented import invented
from digitlens.digits.synthetic.pen.letters import LETTERS, NO_DIGIT
from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS
from digitlens.digits.synthetic.pen.symbols import SYMBOLS
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.digits.synthetic.silhouettes import filled, silhouette
from digitlens.errors import UsageError

DIGITS = pen_digits(200, seed=1).digits
WITH_INK = [kind for kind in KINDS if kind not in ("noise", "blank")]


def pages(kind: str, count: int = 40, seed: int = 3) -> list[np.ndarray]:
    return nondigits(kind, count, seed, DIGITS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_pages_the_same_for_the_same_seed_and_others_for_another(kind: str) -> None:
    first, again, other = pages(kind), pages(kind), pages(kind, seed=4)
    assert len(first) == 40
    assert all(page.dtype == np.uint8 and page.ndim == 2 and min(page.shape) >= 13 for page in first)
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))
    assert len({page.tobytes() for page in first}) > 30
    assert nondigits(kind, 0, 0, DIGITS) == []


@pytest.mark.parametrize("kind", WITH_INK)
def test_drawings_hold_ink_that_preparation_finds(kind: str) -> None:
    assert all(prepare(page).ink_found for page in pages(kind))


def test_most_blanks_hold_nothing_to_read_and_drawings_are_not_blank() -> None:
    assert np.mean([prepare(page).ink_found for page in pages("blank", 60)]) < 0.25


def share_of_box(kind: str) -> float:
    """How much of its box the ink fills, 0..1, the mean of some."""
    boxes = [stage.image for page in pages(kind) for stage in prepare(page).stages if stage.name == "cropped"]
    return float(np.mean([box.mean() for box in boxes]))


def test_silhouettes_are_filled() -> None:
    assert share_of_box("silhouette") > 1.4 * share_of_box("letter")


def test_a_pair_is_two_digits_most_often_apart() -> None:
    images = np.stack([prepare(page).image for page in pages("pair", 60)])
    apart = [connected_components(image > 0.3)[1] >= 2 for image in images]
    alone = [connected_components(image > 100)[1] >= 2 for image in DIGITS.images]
    assert np.mean(apart) > 0.6 > 0.3 > np.mean(alone)


def test_pairs_turned_and_cut_ones_are_made_of_the_digits_that_are_given() -> None:
    images = np.zeros((10, 28, 28), np.uint8)
    for digit in range(10):
        images[digit, 4:24, 4 : 6 + digit] = 255  # a box, the wider the larger the digit
    boxes = Digits(images, np.arange(10, dtype=np.uint8))
    turned = nondigits("turned", 60, 0, boxes)
    assert any(page.shape[0] == 40 and (page[:, 20] == 0).sum() == 2 + 1 for page in turned)  # a 1 that lies down
    for kind in ("turned", "half", "pair"):
        assert all(set(np.unique(page)) == {0, 255} for page in nondigits(kind, 20, 0, boxes)), kind


def test_without_digits_our_own_pen_writes_some() -> None:
    assert len(nondigits("half", 3, seed=0)) == 3


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(UsageError, match="one of noise, blank"):
        nondigits("horse", 1, 0)
    with pytest.raises(UsageError, match="got no"):
        nondigits("half", 1, 0, DIGITS[DIGITS.digits == 1])


def test_empty_digits_in_a_pair_do_no_harm() -> None:
    empty = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
    assert all((page == 255).all() for page in nondigits("pair", 5, 0, empty))


def test_letters_and_symbols_are_skeletons_of_the_same_kind_as_digits_under_names_of_their_own() -> None:
    names = [one.name for one in (*LETTERS, *SYMBOLS)]
    assert len(set(names)) == len(names) > 250
    assert not set(names) & {allograph.name for allograph in ALLOGRAPHS}
    for one in (*LETTERS, *SYMBOLS):
        assert one.digit == NO_DIGIT
        assert all(len(stroke.points) >= 3 for stroke in one.strokes), one.name
        points = np.concatenate([stroke.points for stroke in one.strokes])
        assert -30 <= points.min() <= points.max() <= 110, one.name


def test_invented_symbols_have_several_parts_and_are_of_many_kinds() -> None:
    rng = np.random.default_rng(5)
    some = [invented(rng) for _ in range(400)]
    again = invented(np.random.default_rng(5))
    assert all(map(np.array_equal, *([s.points for s in one.strokes] for one in (some[0], again))))
    assert {one.digit for one in some} == {NO_DIGIT}
    assert all(len(stroke.points) >= 3 for one in some for stroke in one.strokes)
    assert len({tuple(len(stroke.points) for stroke in one.strokes) for one in some}) > 200
    assert min(len(one.strokes) for one in some) >= 2
    assert np.median([len(one.strokes) for one in some]) >= 3
    assert all(abs(stroke.points - 50).max() < 300 for one in some for stroke in one.strokes)


@given(st.integers(3, 9), st.floats(3, 20), st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_a_filled_polygon_has_the_area_that_geometry_says(corners: int, radius: float, shift: float) -> None:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + 0.1
    outline = 25 + shift + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    area = corners / 2 * radius**2 * np.sin(2 * np.pi / corners)
    rim = 2 * np.pi * radius
    assert abs(filled([outline], 56).sum() - area) <= rim
    assert np.array_equal(filled([outline, outline[:3]], 56), filled([outline], 56))  # a union, not a difference


def test_silhouettes_come_in_many_shapes_and_fit_their_page() -> None:
    rng = np.random.default_rng(0)
    shapes = np.stack([silhouette(rng, 40) for _ in range(80)])
    assert shapes.any(axis=(1, 2)).all()
    assert not shapes[:, [0, -1]].any()
    assert not shapes[:, :, [0, -1]].any()
    shares = shapes.mean(axis=(1, 2))
    assert shares.min() < 0.12 < 0.35 < shares.max()
