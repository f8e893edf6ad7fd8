"""What looks wrong with a data set, before anything is learned from it.

Most is seen by comparing images with each other: the nearest of some training images has the same label far more often
than chance has it, unless the labels were shuffled; and if the test images are turned, mirrored or inverted, it has it
more often once they are turned back. Of handwritten digits a network that reads them says which way up all of them are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGITS, DataSet, Digits, light_paper
from digitlens.digits.preparation.framing import lie_framed
from digitlens.reading.reader import Reader

SAMPLE = 3_000  # training images that are compared with ...
LOOKED_AT = 500  # ... so many test images
UNEVEN = 10  # times as many images of one class as of another
DEVIATIONS = 4  # of a mean, beyond which it does not come from chance
CLEARLY = 0.15  # more of the labels: so much better another way up must be
SHOWN = 5  # names in a sentence

Images = NDArray[np.uint8]
WAYS: dict[str, Callable[[Images], Images]] = {  # what may have been done to images
    "rows and columns exchanged": lambda images: images.transpose(0, 2, 1),
    "turned a quarter to the left": lambda images: np.rot90(images, 1, (1, 2)),
    "turned a quarter to the right": lambda images: np.rot90(images, -1, (1, 2)),
    "upside down": lambda images: images[:, ::-1, ::-1],
    "mirrored": lambda images: images[:, :, ::-1],
    "inverted": lambda images: ~images,
}
_BACK = {"turned a quarter to the left": "turned a quarter to the right"}
_BACK |= {right: left for left, right in _BACK.items()}  # all others undo themselves


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What examine() found."""

    counts: dict[str, list[int]]  # of each class, by its number: images to learn from, and to be tested on
    wrong: list[str] = field(default_factory=list)  # a sentence for each thing that looks wrong
    neighbours: float | None = None  # share of test images whose nearest training image has their label; None: too few
    chance: float = 0.0  # the share that always naming the most frequent class gives

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "counts": self.counts,
            "wrong": self.wrong,
            "nearest_neighbour_accuracy": self.neighbours,
            "chance": self.chance,
        }


def chance_accuracy(digits: Digits) -> float:
    """The accuracy on these images of whoever always names their most frequent class; 0 without images.

    >>> chance_accuracy(Digits(np.zeros((4, 2, 2), np.uint8), np.array([0, 1, 1, 1], np.uint8)))
    0.75
    """
    return float(np.bincount(digits.digits).max() / len(digits)) if len(digits) else 0.0


def no_better_than_chance(accuracy: float, digits: Digits) -> bool:
    """Whether an accuracy on these images may be luck: no more than four standard deviations above chance.

    >>> some = Digits(np.zeros((100, 2, 2), np.uint8), np.arange(100, dtype=np.uint8) % 10)
    >>> no_better_than_chance(0.15, some), no_better_than_chance(0.3, some)
    (True, False)
    """
    chance = chance_accuracy(digits)
    return bool(len(digits)) and accuracy <= chance + DEVIATIONS * math.sqrt(chance * (1 - chance) / len(digits))


def examine(data: DataSet, reader: Reader | None = None) -> Examined:
    """Look a data set over: what it holds, and what looks wrong.

    reader: of handwritten digits, which says whether they stand upright; None: that is not looked at.
    """
    halves = data.training, data.test
    each = [np.bincount(half.digits, minlength=len(data.classes)) for half in halves]
    wrong = [*_of_counts(data, *each), *_of_repetitions(data), *_of_framing(data)]
    neighbours = None
    if len(data.training) and len(data.test):
        training, test = _some(data.training, SAMPLE), _some(data.test, LOOKED_AT)
        neighbours = _neighbours(training, test)
        wrong += _of_ways(training, test, neighbours, reader if data.holds_digits else None)
    counts = {name: [int(half[number]) for half in each] for number, name in enumerate(data.classes)}
    return Examined(counts, wrong, neighbours, chance_accuracy(data.test))


def contact_sheet(data: DataSet, columns: int = 10, rows: int = 64) -> Images:
    """The first training images of each class in a row, classes one below the other: (pixels, pixels) uint8.

    columns: images of a class; rows: classes at most.
    """
    height, width = data.image_shape
    some = min(len(data.classes), rows)
    sheet = np.full((some * (height + 2) + 2, columns * (width + 2) + 2), 96, np.uint8)
    for number in range(some):
        for column, which in enumerate(np.flatnonzero(data.training.digits == number)[:columns]):
            top, left = 2 + number * (height + 2), 2 + column * (width + 2)
            sheet[top : top + height, left : left + width] = data.training.images[which]
    return sheet


def _of_counts(data: DataSet, training: NDArray[np.int64], test: NDArray[np.int64]) -> list[str]:
    """Classes that are missing, or far apart in number."""
    wrong = []
    for what, counts in (("to learn from", training), ("to be tested on", test)):
        gone = [data.classes[number] for number in np.flatnonzero(counts == 0)]
        if gone and not (data.classes == DIGITS and not counts.any()):
            wrong.append(f"{_listed(gone)}: no image {what}")
    here = training[training > 0]
    if len(here) and here.max() >= UNEVEN * here.min():
        most, least = (
            data.classes[int(training.argmax())],
            data.classes[int(np.where(training, training, here.max()).argmin())],
        )
        wrong.append(
            f"{most} has {here.max():,} images to learn from and {least} {here.min():,}: accuracy over all images says "
            "little about the rare classes"
        )
    return wrong


def _of_repetitions(data: DataSet) -> list[str]:
    """Images that are there more than once: in both parts, or with different labels."""
    seen: dict[bytes, int] = {}
    twice = 0
    for image, label in zip(data.training.images, data.training.digits.tolist(), strict=True):
        twice += seen.setdefault(image.tobytes(), label) != label
    both = sum(image.tobytes() in seen for image in data.test.images)
    wrong = []
    if both:
        wrong.append(
            f"{both:,} of {len(data.test):,} test images are among those to learn from: the test is easier than it "
            "looks"
        )
    if twice:
        wrong.append(f"{twice:,} images to learn from are there with another label, too")
    return wrong


def _of_framing(data: DataSet) -> list[str]:
    """Whether what is called as digits are lies in its images as framed digits do."""
    images = data.training.images[:LOOKED_AT]
    if not data.holds_digits or lie_framed(images) or light_paper(images):
        return []
    said = (
        "the classes are called as digits are, and the images do not lie as MNIST's do, with a longest side of 20 "
        "pixels and the mass in the middle: pictures to be read will be framed so, and these were not; if they are no "
        "digits, name the classes in classes.txt, or with names=[...]"
    )
    return [said]


def _of_ways(training: Digits, test: Digits, upright: float, reader: Reader | None) -> list[str]:
    """Whether the images lie, or are inverted, in one part or in both; and whether the labels say anything."""
    papers = [light_paper(half.images) for half in (training, test)]
    found = [(_neighbours(training, Digits(_kept(back(test.images)), test.digits)), way) for way, back in _ways(test)]
    best, way = max(found, default=(0.0, ""))
    if best > upright + CLEARLY:
        how = _BACK.get(way, way)
        return [
            f"the test images are {how}, if the others are upright: turned back, they resemble those of their class"
        ]
    wrong = []
    if all(papers):
        wrong.append(
            "the paper is light and the ink dark: handwriting is learned as light ink on black; invert the images"
        )
    if no_better_than_chance(upright, test):
        wrong.append(
            "the labels look shuffled: the image that resembles a test image most has the same label no more often "
            f"than chance has it ({upright:.0%})"
        )
    elif reader is not None:
        some = Digits(~test.images, test.digits) if all(papers) else test
        found = [(_read(reader, Digits(_kept(back(some.images)), some.digits)), way) for way, back in _ways(some)]
        best, way = max(found)
        if best > _read(reader, some) + 2 * CLEARLY:
            wrong.append(
                f"all images look {_BACK.get(way, way)}: turned back, the network {reader.name!r} reads {best:.0%} of "
                "them"
            )
    return wrong


def _ways(digits: Digits) -> list[tuple[str, Callable[[Images], Images]]]:
    """Those that leave images of this size their size."""
    square = digits.image_shape[0] == digits.image_shape[1]
    return [(name, way) for name, way in WAYS.items() if square or name in ("upside down", "mirrored", "inverted")]


def _kept(images: Images) -> Images:
    return np.ascontiguousarray(images)


def _read(reader: Reader, digits: Digits) -> float:
    return reader.evaluate(digits).accuracy


def _some(digits: Digits, count: int) -> Digits:
    """So many of them at most, the same ones every time."""
    order = np.random.default_rng(0).permutation(len(digits))
    return digits[order[:count]]


def _neighbours(training: Digits, test: Digits) -> float:
    """The share of the test images whose nearest training image has the same label."""
    x, y = (half.flat.astype(np.float32) for half in (training, test))
    squares = (x * x).sum(axis=1) - 2 * (y @ x.T)  # of the distances, but for what is the same for all
    return float((training.digits[squares.argmin(axis=1)] == test.digits).mean())


def _listed(names: list[str]) -> str:
    some = ", ".join(name[:40] for name in names[:SHOWN])
    return some if len(names) <= SHOWN else f"{some} and {len(names) - SHOWN} more"
