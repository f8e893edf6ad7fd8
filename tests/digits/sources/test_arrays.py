"""Images and labels as arrays become a data set: the same split every time, and one clear error for what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.sources.arrays import from_arrays

IMAGES = np.random.default_rng(0).integers(0, 256, (24, 20, 24), np.uint8)
LABELS = np.arange(24) % 3


def test_about_one_image_in_six_of_each_class_is_kept_for_testing_the_same_every_time() -> None:
    images, labels = np.repeat(IMAGES, 10, axis=0), np.repeat(LABELS, 10)
    one, two = from_arrays(images, labels), from_arrays(images.copy(), labels)
    assert np.bincount(one.test.digits).tolist() == [13, 13, 13]
    assert len(one.training) + len(one.test) == 240
    assert one.training.fingerprint() == two.training.fingerprint()
    assert one.test.fingerprint() == two.test.fingerprint()


def test_of_a_class_with_one_image_it_is_learned_and_of_one_with_two_there_is_one_of_each() -> None:
    data = from_arrays(IMAGES[:3], ["a", "b", "b"])
    assert data.classes == ("a", "b")
    assert (data.training.digits.tolist(), data.test.digits.tolist()) == ([0, 1], [1])


def test_images_to_be_tested_on_may_be_handed_over() -> None:
    data = from_arrays(IMAGES, LABELS, ["x", "y", "z"], test=(IMAGES[:2], [2, 0]))
    assert (len(data.training), data.test.digits.tolist(), data.classes) == (24, [2, 0], ("x", "y", "z"))
    np.testing.assert_array_equal(data.training.images, IMAGES)


@pytest.mark.parametrize("images", [IMAGES / 255, (IMAGES / 255).astype(np.float32), np.asfortranarray(IMAGES)])
def test_ink_comes_as_floats_too_and_in_any_layout(images: Any) -> None:
    np.testing.assert_array_equal(from_arrays(images, LABELS, test=(images, LABELS)).training.images, IMAGES)


def test_truths_are_full_ink_or_none() -> None:
    found = from_arrays(IMAGES > 127, LABELS, test=(IMAGES > 127, LABELS)).training.images
    assert set(np.unique(found)) == {0, 255}


def test_classes_are_named_by_their_labels_or_their_numbers() -> None:
    assert from_arrays(IMAGES, LABELS).classes == tuple("0123456789")
    assert from_arrays(IMAGES, LABELS + 9).classes == tuple(map(str, range(12)))
    assert from_arrays(IMAGES, np.array(["c", "a", "b"])[LABELS]).classes == ("a", "b", "c")
    assert from_arrays(IMAGES, LABELS, "xyz").classes == ("x", "y", "z")
    data = from_arrays(IMAGES, ["b"] * 24, ["a", "b"])
    assert set(data.training.digits.tolist()) == {1}


@pytest.mark.parametrize(
    ("images", "labels", "more"),
    [
        (IMAGES, LABELS[:-1], {}), (IMAGES, LABELS.astype(float), {}), (IMAGES, LABELS - 1, {}),
        (IMAGES, LABELS + 300, {}), (IMAGES, LABELS[:, None], {}), (IMAGES, [[0], [1, 2]], {}),
        (IMAGES, [None] * 24, {}),
        (IMAGES, LABELS, {"names": ["a", "b"]}), (IMAGES, LABELS, {"names": ["a", "b", "b"]}),
        (IMAGES, LABELS, {"names": []}), (IMAGES, LABELS, {"names": 5}), (IMAGES, LABELS, {"names": [1, 2, 3]}),
        (IMAGES, LABELS, {"test": (IMAGES,)}), (IMAGES, LABELS, {"test": (IMAGES, ["a"] * 24)}),
        (IMAGES, LABELS, {"test": (IMAGES[:, :19], LABELS)}), (IMAGES.reshape(24, -1), LABELS, {}),
        (IMAGES[0], LABELS, {}), (IMAGES[:0], LABELS[:0], {}), (IMAGES[:1], LABELS[:1], {}),
        (IMAGES.astype(np.int64), LABELS, {}), (IMAGES * 1j, LABELS, {}), (IMAGES / 254, LABELS, {}),
        (np.full(IMAGES.shape, np.nan), LABELS, {}), (-(IMAGES / 255), LABELS, {}), (IMAGES.astype(object), LABELS, {}),
        (np.ma.masked_array(IMAGES), LABELS, {}), (None, LABELS, {}), ("seven", LABELS, {}),
        ([[1], [1, 2]], LABELS, {}),
    ],
)  # fmt: skip
def test_what_is_no_data_set_is_refused_with_our_own_error(images: Any, labels: Any, more: dict[str, Any]) -> None:
    with pytest.raises(dl.DigitlensError) as caught:
        from_arrays(images, labels, **more)
    assert 10 < len(str(caught.value)) < 500
