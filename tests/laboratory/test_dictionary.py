"""The dictionary knows its own parts, whatever their sign, and hardly explains what shows nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from digitlens.errors import ShapeError
from digitlens.laboratory.dictionary import ANGLES, KINDS, LEAST, LENGTHS, PLACES, WAVES, Dictionary, Part, dictionary


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_part_is_explained_by_itself_light_or_dark(middle: Dictionary, sign: float) -> None:
    which = np.arange(0, len(middle.parts), 7)
    pictures = np.stack([sign * middle.parts[k].picture().ravel() for k in which])
    explained, found = middle.explained(3.5 * pictures + 0.25)
    assert (explained >= 0.999).all()
    assert (explained <= 1.001).all()
    assert found.tolist() == which.tolist()


def test_a_part_is_recognised_on_the_pixels_that_count_alone(middle: Dictionary) -> None:
    which = np.arange(0, len(middle.parts), 11)
    rng = np.random.default_rng(3)
    pictures = np.stack([middle.parts[k].picture().ravel() for k in which])
    pictures[:, ~middle.mask] = rng.normal(0, 100, (len(which), int((~middle.mask).sum())))
    explained, found = middle.explained(pictures)
    assert (explained >= 0.999).all()
    assert found.tolist() == which.tolist()


def test_every_kind_angle_place_wave_and_length_is_there_once(middle: Dictionary) -> None:
    assert len(middle.parts) == len(middle.pictures) == len(set(middle.parts))
    assert {part.kind for part in middle.parts} == set(KINDS)
    assert sorted({part.angle for part in middle.parts}) == [15.0 * k for k in range(12)]
    assert {(part.wave, part.length / part.wave) for part in middle.parts} == set(product(WAVES, LENGTHS))
    inside = [place for place in PLACES.tolist() if 7 <= place < 21]
    assert {(part.row, part.column) for part in middle.parts} >= set(product(inside, inside))
    well_inside = [part for part in middle.parts if (part.row, part.column, part.wave) == (13, 15, 5.0)]
    assert len(well_inside) == len(KINDS) * len(LENGTHS) * ANGLES


def test_parts_are_made_ready_with_mean_0_and_length_1(middle: Dictionary) -> None:
    assert middle.pictures.shape == (len(middle.parts), 256)
    np.testing.assert_allclose(middle.pictures.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(middle.pictures, axis=1), 1, rtol=1e-5)


def test_a_part_that_lies_mostly_where_no_ink_comes_is_left_out(middle: Dictionary) -> None:
    kept, both = set(middle.parts), set()
    for kind, wave, row, column in product(KINDS, WAVES, PLACES.tolist(), (3, 5, 7, 13, 23)):
        part = Part(kind, 30.0, row, column, wave, wave)
        squared = part.picture().ravel() ** 2
        enough = squared[middle.mask].sum() >= LEAST * squared.sum()
        assert (part in kept) == enough, part
        both.add(bool(enough))
    assert both == {False, True}


def test_what_does_not_vary_is_not_explained_and_neither_is_nothing(middle: Dictionary) -> None:
    flat = np.stack([np.zeros(784), np.full(784, 0.5), np.where(middle.mask, 0.0, 9.0)])
    explained, which = middle.explained(flat)
    assert explained.tolist() == [0, 0, 0]
    assert ((which >= 0) & (which < len(middle.parts))).all()
    none, nowhere = middle.explained(np.zeros((0, 784)))
    assert none.shape == nowhere.shape == (0,)


def test_white_noise_is_explained_little_and_a_mixture_in_between(middle: Dictionary) -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((300, 784))
    explained, _ = middle.explained(noise)
    assert 0.01 < explained.mean() < 0.06
    assert explained.max() < 0.12
    part = middle.parts[4_000].picture().ravel()
    part -= part.mean()
    spread = part[middle.mask].std()
    mixed, _ = middle.explained(noise + part / spread)  # as much of one as of the other
    assert abs(mixed.mean() - 0.5) < 0.03


def test_pictures_are_explained_the_same_together_and_alone(middle: Dictionary) -> None:
    pictures = np.random.default_rng(1).standard_normal((260, 784)).astype(np.float32)  # more than are taken at once
    explained, which = middle.explained(pictures)
    for j in (0, 255, 256, 259):
        alone, found = middle.explained(pictures[j : j + 1])
        assert alone[0] == pytest.approx(explained[j], rel=1e-5)
        assert found[0] == which[j]


def ends(angle: float, kind: str = "bar") -> np.ndarray:
    """A long thin part in the middle of the picture: (28, 28), above a half."""
    return Part(kind, angle, 13, 13, 5.0, 5.0).picture() > 0.5


def test_the_angle_says_how_far_a_bar_leans_to_the_right_of_upright() -> None:
    rows, columns = np.nonzero(ends(0))
    assert np.ptp(rows) > 3 * np.ptp(columns), "0 is upright"
    rows, columns = np.nonzero(ends(90))
    assert np.ptp(columns) > 3 * np.ptp(rows), "90 lies"
    for angle, rises in ((30, True), (45, True), (60, True), (120, False), (135, False), (150, False)):
        rows, columns = np.nonzero(ends(angle))
        slope = np.corrcoef(13.0 - rows, columns - 13.0)[0, 1]  # up, and to the right
        assert (slope > 0.5) if rises else (slope < -0.5), angle
    np.testing.assert_array_equal(ends(45)[::-1, ::-1], np.roll(ends(45), (1, 1), (0, 1)))  # a bar has no head


def test_a_bar_is_even_across_and_an_edge_is_odd() -> None:
    for angle in (0.0, 45.0, 90.0):
        bar, edge = (Part(kind, angle, 13, 13, 8.0, 4.0).picture()[:27, :27] for kind in KINDS)  # 13 is their middle
        np.testing.assert_allclose(bar, bar[::-1, ::-1], atol=1e-12)
        np.testing.assert_allclose(edge, -edge[::-1, ::-1], atol=1e-12)
        assert bar[13, 13] == bar.max() == 1
        assert edge[13, 13] == 0
    upright = Part("edge", 0.0, 13, 13, 8.0, 4.0).picture()
    assert upright[13, 15] > 0.5
    assert upright[13, 11] < -0.5


@pytest.mark.parametrize("mask", [np.ones((28, 28), bool), np.ones(783, bool), np.zeros(784, bool), np.eye(1, 784) > 0])
def test_a_mask_without_pixels_is_refused(mask: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"a mask \(784,\)"):
        dictionary(mask)


@pytest.mark.parametrize("shape", [(784,), (2, 783), (1, 28, 28)])
def test_what_is_no_row_of_pixels_is_refused(middle: Dictionary, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"pictures \(n, 784\), got"):
        middle.explained(np.zeros(shape))


def test_pixels_on_which_no_part_lies_are_refused() -> None:
    mask = np.zeros(784, bool)
    mask[[0, 783]] = True
    with pytest.raises(ShapeError, match="no part lies on these 2"):
        dictionary(mask)
