"""Disturbances leave a digit what it is, come from their seed alone, and go as far as they say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitlens.digits.preparation.framing import box_of, centre_of_mass
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.synthetic import disturbances
from digitlens.digits.synthetic.disturbances import DISTURBANCES, as_it_is
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.errors import ShapeError

DIGITS = np.stack([np.rint(prepare(image).image * 255) for image in pen_digits(30, seed=5).digits.images]).astype(
    np.uint8
)


def disturbed(name: str, seed: int = 0, images: np.ndarray = DIGITS) -> np.ndarray:
    return DISTURBANCES[name](images, np.random.default_rng(seed))


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_seed_names_the_pages_and_the_images_stay_as_they_were(name: str) -> None:
    before = DIGITS.copy()
    pages = disturbed(name)
    assert pages.shape == (30, 112, 112)
    assert pages.dtype == np.uint8
    assert np.array_equal(pages, disturbed(name))
    assert np.array_equal(DIGITS, before)
    assert not np.array_equal(pages, as_it_is(DIGITS))


@pytest.mark.parametrize("name", ["shifted", "resized", "slanted", "turned", "noisy", "unevenly lit"])
def test_another_seed_gives_other_pages(name: str) -> None:
    assert not np.array_equal(disturbed(name), disturbed(name, seed=1))


@pytest.mark.parametrize("name", DISTURBANCES)
def test_other_images_are_refused(name: str) -> None:
    for wrong in (DIGITS[0], DIGITS / 255.0, DIGITS[:, :27], DIGITS.tolist()):
        with pytest.raises(ShapeError, match=r"\(n, 28, 28\)"):
            disturbed(name, images=wrong)


@pytest.mark.parametrize(
    ("name", "far"),
    [("shifted", 1e-8), ("inverted", 1e-8), ("compressed", 0.025), ("noisy", 0.025), ("unevenly lit", 0.025)],
)
def test_what_preparation_undoes_comes_back_as_it_was(name: str, far: float) -> None:
    prepared = np.stack([prepare(page).image for page in disturbed(name)])
    assert np.abs(prepared - DIGITS / 255.0).mean() <= far


def test_shifts_and_sizes_go_as_far_as_they_say_and_lose_no_ink() -> None:
    many = np.repeat(DIGITS[:1], 300, axis=0)
    moves = np.array([centre_of_mass(page.astype(float)) for page in disturbed("shifted", images=many)])
    middle = np.array(centre_of_mass(as_it_is(many[:1])[0].astype(float)))
    assert np.abs(moves - middle).max() <= disturbances.FARTHEST + 1e-6
    assert np.ptp(moves, axis=0).min() > 1.8 * disturbances.FARTHEST
    assert (disturbed("shifted", images=many).sum(axis=(1, 2), dtype=int) == many[0].sum(dtype=int)).all()
    boxes = [box_of(page.astype(float)) for page in disturbed("resized", images=many)]
    sides = np.array([max(box.rows, box.columns) for box in boxes if box])
    assert 10 <= sides.min() <= 12
    assert 37 <= sides.max() <= 42


def test_turning_and_slanting_go_as_far_as_they_say() -> None:
    stroke = np.zeros((200, 28, 28), np.uint8)
    stroke[:, 4:25, 13:16] = 255
    for name in ("turned", "slanted"):
        pages = disturbed(name, images=stroke) / 255.0
        rows = np.arange(112)
        tops, feet = pages[:, 46:50].sum(axis=1), pages[:, 63:67].sum(axis=1)
        lean = (tops @ rows / tops.sum(axis=1) - feet @ rows / feet.sum(axis=1)) / 17
        angles = np.degrees(np.arctan(lean))
        assert 13 < angles.max() < 16
        assert -16 < angles.min() < -13


def test_pens_change_by_one_pixel() -> None:
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[0, 5:20, 10:13] = 255
    widths = [int((disturbed(name, images=bar)[0, 50] > 0).sum()) for name in ("thinner", "thicker")]
    assert widths == [2, 4]


def test_jpeg_loses_what_a_real_file_of_that_quality_loses() -> None:
    for page, whole in zip(disturbed("compressed"), as_it_is(DIGITS), strict=True):
        file = io.BytesIO()
        Image.fromarray(whole).save(file, "JPEG", quality=disturbances.QUALITY)
        other = np.abs(page.astype(int) - np.asarray(Image.open(file)).astype(int))
        assert other.max() <= 25  # where it rounds a half the other way
        assert other.mean() < 0.05


def test_noise_has_the_strength_it_says() -> None:
    grey = np.full((4, 28, 28), 128, np.uint8)
    inner = disturbed("noisy", images=grey)[:, 42:70, 42:70]
    assert inner.std() == pytest.approx(255 * disturbances.SIGMA, rel=0.05)
    assert inner.mean() == pytest.approx(128, abs=2)


def test_uneven_paper_is_dark_ink_on_paper_of_many_levels() -> None:
    page = disturbed("unevenly lit")[0]
    ink = as_it_is(DIGITS)[0]
    paper = page[ink == 0]
    assert np.ptp(paper) > 60
    assert page[ink == 255].max() < paper.min()
