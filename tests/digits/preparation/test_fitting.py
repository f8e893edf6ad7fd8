"""A picture is laid onto rows and columns: nothing is lost, nothing moves, and it is inked as the network learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.fitting import covering
from digitlens.digits.preparation.prepare import prepare
from digitlens.errors import ShapeError

sides = st.integers(1, 300)


@given(sides, st.integers(1, 64), st.integers(1, 5))
def test_each_new_pixel_is_covered_by_the_old_ones_wholly(whole: int, after: int, step: int) -> None:
    cover = covering((0, whole), step, -(-whole // step), whole, after)
    np.testing.assert_allclose(cover.sum(axis=1), 1)
    np.testing.assert_allclose(cover.sum(), after)


@given(sides, st.integers(1, 64), st.data())
def test_what_lies_outside_the_region_is_no_ink(whole: int, after: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, whole - 1))
    length = data.draw(st.integers(1, whole - first))
    cover = covering((first, length), 1, length, whole, after)
    np.testing.assert_allclose(cover.sum() * whole / after, length)


def test_ink_stays_where_it_is_and_its_darkest_becomes_full() -> None:
    page = np.full((200, 240), 255, np.uint8)
    page[100:150, 60:70] = 0
    image = prepare(page, shape=(20, 24)).image
    assert image.shape == (20, 24)
    assert image.dtype == np.float32
    wanted = np.zeros((20, 24), np.float32)
    wanted[10:15, 6] = 1
    np.testing.assert_allclose(image, wanted, atol=1e-6)
    inverted = prepare(page, shape=(20, 24), dark_on_light=True)
    np.testing.assert_allclose(inverted.image, 1 - wanted, atol=1e-6)
    assert "dark on light" in inverted.stages[-1].reason


def test_a_large_photo_whose_ink_is_looked_for_in_a_part_of_it_is_laid_as_a_whole() -> None:
    page = np.full((3000, 2000), 255, np.uint8)
    page[1000:2000, 500:600] = 0
    image = prepare(page, shape=(30, 20)).image
    rows, columns = np.nonzero(image > 0.5)
    assert (rows.min(), rows.max(), set(columns)) == (10, 19, {5})


def test_a_picture_of_the_size_that_is_wanted_is_taken_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (9, 13), np.uint8)
    for given_ in (picture, picture / 255, picture.reshape(-1)):
        prepared = prepare(given_, shape=(9, 13))
        np.testing.assert_allclose(prepared.image, picture / 255, atol=1e-6)
        assert [stage.name for stage in prepared.stages] == ["decoded", "fitted"]


def test_adjusting_steps_follow() -> None:
    page = np.zeros((100, 80), np.uint8)
    page[20:60, 30:40] = 255
    prepared = prepare(page, ("straighten", "resize"), shape=(33, 21))
    assert [stage.name for stage in prepared.stages] == ["decoded", "ink", "fitted", "straighten", "resize"]
    assert prepared.image.shape == (33, 21)


@pytest.mark.parametrize("page", [np.zeros((50, 40)), np.ones((50, 40)), np.eye(50)[:1].repeat(50, 0) * 0], ids=str)
def test_no_ink_is_an_answer(page: np.ndarray) -> None:
    prepared = prepare(page, shape=(20, 24))
    assert not prepared.ink_found
    assert prepared.image.shape == (20, 24)
    assert not prepared.image.any()


def test_what_is_said_to_be_of_that_size_must_be() -> None:
    assert prepare(np.ones((20, 24)), frame=False, shape=(20, 24)).image.all()
    with pytest.raises(ShapeError, match="20×24"):
        prepare(np.ones((28, 28)), frame=False, shape=(20, 24))
