"""Your own images as arrays: what a program already holds becomes a data set, with a part kept for testing.

Where nothing is said about testing, of each class about one image in six is kept for it, drawn at random from a fixed
seed: the same arrays are split in the same way every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlens.checks import check_type
from digitlens.digits.dataset import DIGITS, MOST_CLASSES, DataSet, Digits, check_classes
from digitlens.errors import DataError, ShapeError

ONE_IN = 6  # one image in so many is kept for testing
NAME = "arrays"  # of the data set


def from_arrays(
    images: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str] | None = None,
    test: tuple[ArrayLike, ArrayLike] | None = None,
) -> DataSet:
    """Images and labels as a DataSet.

    images: (n, rows, columns), ink as uint8 from 0 to 255, as floats from 0 to 1 or as truths; at most 64×64 pixels.
    labels: (n,), whole numbers from 0, or names. names: of class 0, 1, ...; None: the labels' own names in order, or
    for numbers "0", "1", ..., at least ten of them. test: images and labels to be tested on; None: about one in six.
    Raises ShapeError for arrays of another form, DataError for labels that are no class, and for too few images.

    >>> letters = np.zeros((12, 20, 24), np.uint8)
    >>> from_arrays(letters, ["a", "b"] * 6)
    <DataSet arrays: 10 to learn from, 2 to be tested on; classes: 2, pixels: 20×24>
    """
    if test is not None and not (len(test) == 2):
        raise ShapeError(f"test wants images and their labels, got {type(test).__name__}; give (images, labels)")
    some = [(images, labels)] + ([test] if test is not None else [])
    marks = [_labels(given) for _, given in some]
    classes = _classes(marks, names)
    parts = [Digits(_ink(ink), _numbers(mark, classes)) for (ink, _), mark in zip(some, marks, strict=True)]
    if test is None:
        parts = list(split(parts[0]))
    if not len(parts[0]) or not len(parts[1]):
        raise DataError(
            f"a data set wants images to learn from and images to be tested on, got {len(parts[0])} and {len(parts[1])}"
            "; give more images of a class, or others with test=(images, labels)"
        )
    source = f"{sum(map(len, parts)):,} images that were handed over as arrays"
    return DataSet(NAME, source, parts[0], parts[1], classes)


def _array(given: ArrayLike, what: str) -> NDArray[Any]:
    if isinstance(given, np.ma.MaskedArray):
        raise ShapeError(f"{what} cannot be a masked array; fill it first: array.filled(0)")
    try:
        return np.asarray(given)
    except ValueError as error:  # lists of different lengths
        raise ShapeError(f"{what} make no array: {str(error)[:200]}; give one numpy array") from error


def _ink(images: ArrayLike) -> NDArray[np.uint8]:
    """Images as uint8, 0 to 255. Digits checks their shape."""
    array = _array(images, "images")
    if array.dtype == np.bool_:
        return array * np.uint8(255)
    if array.dtype.kind == "f":
        if array.size and not (array.min() >= 0 and array.max() <= 1):  # so written that NaN is refused as well
            raise ShapeError(
                f"images of floats hold numbers from 0 to 1, got some from {array.min():g} to {array.max():g}; divide "
                "by what stands for full ink, or give uint8 from 0 to 255"
            )
        return np.rint(array * 255).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ShapeError(
            f"images are uint8 from 0 to 255, floats from 0 to 1 or truths, got {array.dtype}; convert them first"
        )
    return array


def _labels(given: ArrayLike) -> NDArray[Any]:
    """Labels as whole numbers or as texts, (n,)."""
    labels = _array(given, "labels")
    if labels.ndim != 1 or labels.dtype.kind not in "iuU":
        raise ShapeError(
            f"labels are whole numbers or names, (n,), got {labels.shape} in {labels.dtype}; for targets of 0 and 1 "
            "use targets.argmax(axis=1)"
        )
    return labels


def _classes(labels: Sequence[NDArray[Any]], names: Sequence[str] | None) -> tuple[str, ...]:
    """The names of all classes. DataError for labels that are none of them, and for more than 256."""
    if isinstance(names, str):
        names = tuple(names)  # a letter each
    if names is not None:
        check_type("data()", "names", names, Sequence, "the names of all classes", 'such as ["a", "b"]')
    found = sorted({one for some in labels for one in np.unique(some).tolist()}, key=str)
    if all(isinstance(one, str) for one in found) and found:
        classes = tuple(names) if names is not None else tuple(found)
        check_classes(classes)
        strange = [one for one in found if one not in classes]
    elif not all(isinstance(one, int) for one in found):
        raise ShapeError("labels are whole numbers or names, got numbers to learn from and names to be tested on")
    else:
        count = max(len(DIGITS), max(found, default=0) + 1)
        classes = tuple(names) if names is not None else tuple(map(str, range(min(count, MOST_CLASSES + 1))))
        check_classes(classes)
        strange = [one for one in found if not 0 <= one < len(classes)]
    if strange:
        raise DataError(
            f"every label is one of the {len(classes)} classes, got {strange[0]!r:.80}; number them from 0, or name "
            "all classes with names=[...]"
        )
    return classes


def _numbers(labels: NDArray[Any], classes: tuple[str, ...]) -> NDArray[np.uint8]:
    if labels.dtype.kind != "U":
        return labels.astype(np.uint8)
    number = {name: i for i, name in enumerate(classes)}
    return np.array([number[name] for name in labels.tolist()], np.uint8)


def split(digits: Digits) -> tuple[Digits, Digits]:
    """To learn from, and to be tested on: about one in six of each class, the same ones every time."""
    learning, testing = _split(digits.digits)
    return digits[learning], digits[testing]


def _split(labels: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which to learn from, and which to be tested on: where a class has two images, there is one of each."""
    order = np.random.default_rng(0).permutation(len(labels))
    testing: list[int] = []
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        testing += mine[: min(max(len(mine) // ONE_IN, 1), len(mine) - 1)].tolist()
    kept = np.zeros(len(labels), bool)
    kept[testing] = True
    return np.flatnonzero(~kept), np.flatnonzero(kept)
