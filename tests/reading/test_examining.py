"""What looks wrong with a data set is said, and nothing is said of one that is sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.reading.examining import WAYS, chance_accuracy, contact_sheet, examine, no_better_than_chance
from digitlens.storage.shipped import open_reader

PEN = pen_data(0, 1_500, 300)
READER = open_reader("reader")
Change = Callable[[Digits], Digits]


def changed(training: Change = lambda half: half, test: Change = lambda half: half, data: DataSet = PEN) -> DataSet:
    return DataSet("changed", "made for a test", training(data.training), test(data.test), data.classes)


def images(way: str) -> Change:
    return lambda half: Digits(np.ascontiguousarray(WAYS[way](half.images)), half.digits)


def letters(rows: int = 12, columns: int = 12) -> DataSet:
    """Bars in three places, which are classes."""
    rng = np.random.default_rng(1)

    def half(n: int) -> Digits:
        labels = np.arange(n, dtype=np.uint8) % 3
        made = rng.integers(0, 60, (n, rows, columns), np.uint8)
        for image, label in zip(made, labels, strict=True):
            image[2 + 3 * label, 1:-3] = 255
        return Digits(made, labels)

    return DataSet("bars", "bars", half(90), half(60), ("a", "b", "c"))


def test_nothing_is_said_of_sound_data() -> None:
    for data in (PEN, letters(), letters(12, 20)):
        found = examine(data, READER)
        assert found.wrong == []
        assert found.neighbours is not None
        assert found.neighbours > 0.6
    assert [sum(column) for column in zip(*examine(PEN).counts.values(), strict=True)] == [1_500, 300]
    assert 0.1 <= examine(PEN).to_json()["chance"] < 0.15


@pytest.mark.parametrize("way", WAYS)
def test_images_that_lie_or_are_inverted_are_noticed(way: str) -> None:
    (test,) = examine(changed(test=images(way))).wrong
    assert "test images are" in test
    (both,) = examine(changed(images(way), images(way)), READER).wrong
    words = {"inverted": "invert the images"}
    assert words.get(way, way) in both
    assert ("test images" in both) is False


def test_what_is_not_square_is_not_turned_a_quarter() -> None:
    (said,) = examine(changed(test=images("inverted"), data=letters(12, 20))).wrong
    assert "inverted" in said


def test_images_that_are_inverted_and_turned_are_both() -> None:
    def both(half: Digits) -> Digits:
        return images("upside down")(images("inverted")(half))

    said = " ".join(examine(changed(both, both), READER).wrong)
    assert "invert the images" in said
    assert "upside down" in said


def test_shuffled_labels_are_noticed() -> None:
    def shuffle(half: Digits) -> Digits:
        return half.relabelled(np.random.default_rng(3).permutation(half.digits))

    (said,) = examine(changed(shuffle), READER).wrong
    assert "shuffled" in said


def test_missing_and_rare_classes_are_named() -> None:
    def without(*gone: int) -> Change:
        return lambda half: half[~np.isin(half.digits, gone)]

    said = examine(changed(without(7), without(1, 2, 3, 4, 5, 6))).wrong
    assert said[0].startswith("7: no image to learn from")
    assert said[1].startswith("1, 2, 3, 4, 5 and 1 more: no image to be tested on")
    rare = examine(changed(lambda half: half[np.flatnonzero((half.digits != 4) | (np.arange(len(half)) < 50))])).wrong
    assert "and 4" in rare[0]


def test_repetitions_are_counted() -> None:
    def more(half: Digits) -> Digits:
        return Digits(
            np.concatenate([half.images, PEN.training.images[:9]]), np.append(half.digits, PEN.training.digits[:9])
        )

    assert examine(changed(test=more)).wrong[0].startswith("9 of 309 test images")

    def other(half: Digits) -> Digits:
        return Digits(
            np.concatenate([half.images, half.images[:5]]), np.append(half.digits, (half.digits[:5] + 1) % 10)
        )

    assert examine(changed(other)).wrong[0].startswith("5 images to learn from are there with another label")


def test_a_half_without_images_is_no_crash() -> None:
    found = examine(changed(test=lambda half: half[:0]))
    assert found.neighbours is None
    assert found.chance == 0.0
    assert not no_better_than_chance(0.0, PEN.test[:0])
    assert chance_accuracy(PEN.test[:1]) == 1.0


def test_the_contact_sheet_shows_each_class_in_a_row() -> None:
    sheet = contact_sheet(letters(), columns=4)
    assert sheet.shape == (3 * 14 + 2, 4 * 14 + 2)
    assert (sheet[2:14, 2:14] == letters().training.images[0]).all()
    assert contact_sheet(PEN, rows=2).shape == (2 * 30 + 2, 302)
