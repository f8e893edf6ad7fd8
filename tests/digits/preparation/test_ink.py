"""Which is the paper and what was written, on clean pages and on photos."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.digits.preparation.framing import box_of
from digitlens.digits.preparation.ink import WORKING, find_ink, otsu, reduce, running_mean
from digitlens.digits.preparation.specks import connected_components, main_ink


def drawing(rows: int = 60, columns: int = 50) -> np.ndarray:
    """A 7 in black on white, with soft edges at its left: uint8."""
    page = np.full((rows, columns), 255, np.uint8)
    page[10:14, 12:38] = 0
    page[10:50, 34:38] = 0
    page[20:50, 33] = 120
    return page


def photo(seed: int, side: int = 90, dark: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """The 7 in grey on uneven, grainy paper, and where it is."""
    rng = np.random.default_rng(seed)
    page = drawing()
    mask = np.zeros((side, side), bool)
    mask[15:75, 20:70] = page == 0
    y, x = np.mgrid[0:side, 0:side] / side
    light = 190 + 40 * (np.cos(seed) * (x - 0.5) + np.sin(seed) * (y - 0.5)) + rng.normal(0, 4, (side, side))
    grey = np.where(mask, light - 110, light)
    return np.clip(grey if dark else 255 - grey, 0, 255).astype(np.uint8), mask


def test_a_clean_drawing_keeps_its_values_exactly() -> None:
    page = drawing()
    found = find_ink(page)
    assert found is not None
    assert found.flat
    assert found.dark
    assert found.grain == 0
    assert np.array_equal(found.ink, (255 - page.astype(float)) / 255)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_inverting_a_picture_does_not_change_its_ink(seed: int) -> None:
    clean, grainy = drawing(), photo(seed)[0]
    for page in (clean, grainy):
        one, other = find_ink(page), find_ink(255 - page)
        assert one is not None
        assert other is not None
        assert one.dark is not other.dark
        assert np.allclose(one.ink, other.ink, atol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_on_a_photo_the_strokes_are_ink_and_the_paper_is_nothing(seed: int, dark: bool) -> None:
    grey, mask = photo(seed, dark=dark)
    found = find_ink(grey)
    assert found is not None
    assert not found.flat
    assert found.dark is dark
    assert found.ink[mask].mean() > 0.85
    assert np.mean(found.ink[~mask] > 0) < 0.01


def test_pale_writing_becomes_full_ink() -> None:
    page = drawing()
    pale = (255 - (255 - page.astype(int)) // 4).astype(np.uint8)
    found = find_ink(pale)
    assert found is not None
    assert found.ink.max() == 1
    assert found.contrast == pytest.approx(0.25, abs=0.01)


def test_floats_give_the_same_ink_as_bytes() -> None:
    page = drawing()
    one, other = find_ink(page), find_ink(page / 255.0)
    assert one is not None
    assert other is not None
    assert np.allclose(one.ink, other.ink)


def test_the_ringing_of_a_compressed_drawing_is_not_ink() -> None:
    page = drawing().astype(int)
    rng = np.random.default_rng(0)
    near = np.zeros(page.shape, bool)
    near[4:56, 6:46] = True
    page[near & (page == 255)] -= rng.integers(0, 9, np.count_nonzero(near & (page == 255)))
    found = find_ink(page.astype(np.uint8))
    assert found is not None
    assert found.flat
    assert found.grain > 0
    box = box_of(found.ink)
    assert box is not None
    assert (box.top, box.left, box.rows, box.columns) == (10, 12, 40, 26)


@pytest.mark.parametrize("level", [0, 1, 100, 254, 255])
def test_a_page_of_one_level_holds_nothing(level: int) -> None:
    for shape in ((28, 28), (1, 1), (3, 2000), (900, 700)):
        assert find_ink(np.full(shape, level, np.uint8)) is None


def test_grain_without_writing_holds_nothing() -> None:
    rng = np.random.default_rng(1)
    y = np.linspace(0, 40, 200)[:, None]
    assert find_ink(np.clip(180 + y + rng.normal(0, 5, (200, 200)), 0, 255).astype(np.uint8)) is None


def test_a_smooth_slope_of_light_holds_nothing() -> None:
    assert find_ink(np.add.outer(np.linspace(0.5, 0.6, 100), np.linspace(0, 0.3, 100))) is None


def test_of_a_two_level_scan_the_border_tells_the_paper() -> None:
    scan = np.zeros((32, 32), np.uint8)
    scan[2:30, 5:25] = 255  # more than half of all is ink
    found = find_ink(scan)
    assert found is not None
    assert not found.dark


def test_a_small_digit_on_a_large_page_is_found_in_full_resolution() -> None:
    page = np.full((1500, 2000), 255, np.uint8)
    page[1400:1460, 30:80] = drawing()
    found = find_ink(page)
    assert found is not None
    assert found.reduction == 1
    box = box_of(found.ink)
    assert box is not None
    assert (found.region.top + box.top, found.region.left + box.left) == (1410, 42)
    assert np.array_equal(box.cut(found.ink), (255 - drawing()[10:50, 12:38].astype(float)) / 255)


def test_a_large_digit_is_looked_at_reduced() -> None:
    page = np.kron(drawing(), np.ones((40, 40), np.uint8))
    found = find_ink(page)
    assert found is not None
    assert found.reduction > 1
    assert max(found.ink.shape) <= WORKING


def test_reducing_averages_blocks_also_at_the_ends() -> None:
    levels = np.arange(15, dtype=np.uint8).reshape(3, 5)
    assert reduce(levels, 2).tolist() == [[3, 5, 6.5], [10.5, 12.5, 14]]
    assert np.array_equal(reduce(levels / 1.0, 2), reduce(levels, 2))
    assert np.array_equal(reduce(levels, 1), levels)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.integers(0, 9))
def test_a_running_mean_is_the_mean_of_what_is_near(seed: int, rows: int, columns: int, radius: int) -> None:
    values = np.random.default_rng(seed).random((rows, columns))
    means = running_mean(values, radius)
    for i in range(rows):
        for j in range(columns):
            near = values[max(0, i - radius) : i + radius + 1, max(0, j - radius) : j + radius + 1]
            assert means[i, j] == pytest.approx(near.mean())


def test_the_threshold_lies_between_two_heaps() -> None:
    assert 0.3 < otsu(np.array([0.1] * 50 + [0.2] * 50 + [0.9] * 20)) < 0.9


@pytest.mark.parametrize("values", [[0.0, 5e-324], [0.3, np.nextafter(0.3, 1)], [1.0, 1 - 1e-15], [0.7]])
def test_values_between_which_there_is_no_room_for_a_threshold_are_all_below_it(values: list[float]) -> None:
    assert otsu(np.array(values)) > max(values)


@pytest.mark.parametrize("level", [5e-324, 1e-310, 1e-200, 1e-17])
def test_levels_that_hardly_differ_are_paper(level: float) -> None:
    for shape in ((2, 3), (3, 3), (40, 30)):
        grey = np.arange(shape[0] * shape[1]).reshape(shape) % 5 * level
        assert find_ink(grey) is None
        assert find_ink(np.minimum(grey + 0.5, 1.0)) is None


def test_six_pixels_are_looked_at() -> None:
    for seed in range(200):
        find_ink(np.random.default_rng(seed).integers(0, 256, (2, 3), dtype=np.uint8))


def noisy(grey: np.ndarray, seed: int, sigma: float = 25.0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, grey.shape)
    return np.clip(grey + noise, 0, 255).astype(np.uint8)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([40, 110, 200]))
def test_writing_on_a_noisy_page_is_found_also_where_it_is_little(seed: int, rim: int) -> None:
    page = np.pad(drawing(), rim, constant_values=255)  # white paper hides half of the noise
    found = find_ink(noisy(page, seed))
    assert found is not None
    assert found.dark
    assert found.grain > 0.06
    box = box_of(found.ink)
    assert box is not None
    assert np.allclose(box, (rim + 10, rim + 12, 40, 26), atol=2)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_noise_alone_holds_nothing(seed: int) -> None:
    for level in (0, 128, 255):
        assert find_ink(noisy(np.full((112, 112), level), seed)) is None


@settings(max_examples=20)
@given(st.floats(0, 6.3), st.booleans())
def test_a_little_writing_beside_a_shadow_is_found_and_the_shadow_is_not(angle: float, dark: bool) -> None:
    y, x = np.mgrid[-1:1:160j, -1:1:160j]
    light = 1 / (1 + np.exp(-(np.cos(angle) * x + np.sin(angle) * y) / 0.1))  # a soft edge through the middle
    page = 100 + 110 * light
    mask = np.zeros(page.shape, bool)
    mask[20:80, 60:110] = drawing() == 0
    page[mask] *= 0.3
    found = find_ink((page if dark else 255 - page).astype(np.uint8))
    assert found is not None
    assert found.dark is dark
    assert found.ink[mask].mean() > 0.8
    assert np.mean(found.ink[~mask] > 0.3) < 0.01


def test_a_line_along_the_border_is_not_the_writing() -> None:
    ink = np.zeros((74, 74))
    ink[20:50, 30:40] = 1
    ink[70:73] = ink[:, 2:4] = 1
    ink[10, 60] = 0.3  # a crumb
    kept = main_ink(ink)
    assert box_of(kept) is not None
    assert np.array_equal(np.argwhere(kept), np.argwhere(np.pad(np.ones((30, 10)), ((20, 24), (30, 34)))))


def test_what_lies_along_the_border_is_the_writing_if_nothing_else_is_there() -> None:
    ink = np.zeros((74, 74))
    ink[2:12, 3:9] = 1
    assert np.array_equal(main_ink(ink), ink)


def test_things_that_touch_are_one() -> None:
    labels, n = connected_components(np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]], bool))
    assert n == 2
    assert labels[0, 0] == labels[1, 1] != labels[1, 3] == labels[2, 3]


def test_a_page_of_many_small_dots_is_grain() -> None:
    rng = np.random.default_rng(4)
    page = 180 + rng.normal(0, 4, (320, 320))
    page[4::16, 4::16] = page[5::16, 4::16] = 60
    assert find_ink(page.clip(0, 255).astype(np.uint8)) is None
