"""Labelled images: pictures beside what they show, and what each class is called.

images: (n, rows, columns) uint8, ink from 0 (none) to 255 (full); at most 64 rows and 64 columns
digits: (n,) uint8, the class of each picture: for handwritten digits simply 0..9; at most 256 classes

Handwritten digits are pictures of 28×28 in the ten classes "0" to "9". Other data may have other sizes and classes.
What can only be done with digits asks `holds_digits` first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_type
from digitlens.deprecations import renamed_method
from digitlens.errors import DataError, ShapeError

DIGITS = tuple("0123456789")  # the names of the ten classes of handwritten digits
DIGIT_SHAPE = (28, 28)  # rows and columns of their images
LARGEST_SIDE = 64  # rows, and columns, that an image may have
MOST_CLASSES = 256  # a label is one byte
CLASSES_SHOWN = 20  # in a notebook
PAPER = 1_000  # images that are looked at to see how light their paper is


def pixels(images: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Images as a network takes them: uint8 0..255 -> floats 0..1 of its type, of one shape; floats as they are."""
    if images.dtype.kind == "f":
        return images.astype(dtype, copy=False)
    return images * dtype.type(1 / 255)


def are_digits(classes: Sequence[str]) -> bool:
    """Whether class 0 is called "0", class 1 is called "1", and so on: then a class number *is* a digit.

    >>> are_digits(("0", "1", "2")), are_digits(("a", "b"))
    (True, False)
    """
    return tuple(classes) == DIGITS[: len(classes)]


def shape_name(shape: tuple[int, int]) -> str:
    """Rows and columns for people: 20×24."""
    rows, columns = shape
    return f"{rows}×{columns}"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Digits:
    """Pictures beside what they show.

    They never change: both arrays are read-only, and one that somebody else could still write to is copied. So what
    is made of the pictures for an engine can be kept with them, in `derived`, and stays true.

    Raises ShapeError unless `images` is (n, rows, columns) uint8, with 1 to 64 rows and columns, and `digits` is (n,)
    uint8.

    >>> import numpy as np
    >>> some = Digits(np.zeros((3, 20, 24), np.uint8), np.array([7, 1, 7], np.uint8))
    >>> len(some), some.image_shape, some.flat.shape, some[:2].digits.tolist()
    (3, (20, 24), (3, 480), [7, 1])
    """

    images: NDArray[np.uint8]  # (n, rows, columns), read-only
    digits: NDArray[np.uint8]  # (n,), read-only
    derived: dict[str, Any] = field(default_factory=dict, init=False)  # what others made of the images alone, by name
    _fingerprint: str = field(default="", init=False)  # where it is known

    def __post_init__(self) -> None:
        images, digits = self.images, self.digits
        parts: tuple[Any, ...] = images, digits
        if strange := [type(part).__name__ for part in parts if not isinstance(part, np.ndarray)]:
            raise ShapeError(
                f"Digits wants two NumPy arrays, got {', '.join(strange)}; use numpy.asarray(..., np.uint8)"
            )
        if images.dtype != np.uint8 or images.ndim != 3:
            raise ShapeError(
                f"Digits wants images of shape (n, rows, columns) in uint8, got {images.shape} in {images.dtype}"
            )
        if not all(1 <= side <= LARGEST_SIDE for side in images.shape[1:]):
            largest, got = shape_name((LARGEST_SIDE, LARGEST_SIDE)), shape_name(self.image_shape)
            raise ShapeError(f"Digits wants images of 1×1 to {largest} pixels, got {got}; make them smaller")
        if digits.dtype != np.uint8 or digits.shape != images.shape[:1]:
            raise ShapeError(
                f"Digits wants one uint8 digit an image, ({len(images)},), got {digits.shape} in {digits.dtype}"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "digits", _read_only(digits))

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.images)

    def __repr__(self) -> str:
        size = "" if self.image_shape == DIGIT_SHAPE else f" of {shape_name(self.image_shape)}"
        return f"<Digits: {len(self):,} pictures{size}>"

    def __getitem__(self, which: slice | NDArray[Any]) -> Digits:
        """Some of them. which: a slice, which copies nothing, or an array of indices or of truth values."""
        images, digits = self.images[which], self.digits[which]
        images.flags.writeable = digits.flags.writeable = False  # copies are ours alone, and need not be copied again
        return Digits(images, digits)

    def relabelled(self, digits: NDArray[np.uint8]) -> Digits:
        """The same images, sharing what was derived from them, with other labels: digits, (n,) uint8."""
        other = Digits(self.images, digits)
        object.__setattr__(other, "derived", self.derived)
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.images, self.digits, self._fingerprint)  # what is derived can be derived again

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of each image."""
        _, rows, columns = self.images.shape
        return rows, columns

    @property
    def pixels(self) -> int:
        """How many pixels each image has: the neurons of layer 0."""
        rows, columns = self.image_shape
        return rows * columns

    @property
    def flat(self) -> NDArray[np.uint8]:
        """The images as rows, (n, pixels), as the network sees them."""
        return self.images.reshape(len(self.images), self.pixels)

    def fingerprint(self) -> str:
        """SHA-256 over images and digits: the same digits in the same order, the same 64 characters."""
        if not self._fingerprint:
            rows, columns = self.image_shape
            sha = hashlib.sha256(f"{len(self)}x{rows}x{columns}:".encode())
            sha.update(np.ascontiguousarray(self.images).data)
            sha.update(np.ascontiguousarray(self.digits).data)
            self.trust_fingerprint(sha.hexdigest())
        return self._fingerprint

    def trust_fingerprint(self, fingerprint: str) -> None:
        """Spare fingerprint() its work: for digits that were verified to be those with this one."""
        check_type("trust_fingerprint()", "fingerprint", fingerprint, str, "a text of 64 characters")
        object.__setattr__(self, "_fingerprint", fingerprint)

    known_by = renamed_method("Digits", "known_by", "trust_fingerprint")

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        counts = np.bincount(self.digits)
        rows = [[int(label), int(counts[label])] for label in np.flatnonzero(counts)[:CLASSES_SHOWN]]
        return block(repr(self)[1:-1], table(["class", "images"], rows))


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The array, if nobody can write to its memory; else a copy."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            array = array.copy()
            break
        base = base.base
    else:
        if base is not None and not memoryview(base).readonly:
            array = array.copy()
    array.flags.writeable = False
    return array.view()  # of which, unlike of an array with memory of its own, nobody can make a writable one again


def _unpickled(images: NDArray[np.uint8], digits: NDArray[np.uint8], fingerprint: str) -> Digits:
    images.flags.writeable = digits.flags.writeable = False  # nobody else has them yet
    found = Digits(images, digits)
    found.trust_fingerprint(fingerprint)
    return found


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class DataSet:
    """What a training run needs: images to learn from, images to be tested on, and where they come from.

    Raises ShapeError unless all images have the same rows and columns, DataError unless there are 1 to 256 classes,
    each with a name of its own, UsageError for parts of another type.
    """

    name: str  # "mnist", "pen", or the name of a folder
    source: str  # one line for people: where these digits were found
    training: Digits  # to learn from; a recipe may hold some of them out
    test: Digits  # to be tested on
    classes: tuple[str, ...] = DIGITS  # the name of class 0, 1, ...
    derived: dict[str, Any] = field(default_factory=dict, init=False)  # what others made of it, by name

    def __reduce__(self) -> tuple[Any, ...]:
        return DataSet, (self.name, self.source, self.training, self.test, self.classes)

    def __post_init__(self) -> None:
        for name, half in (("training", self.training), ("test", self.test)):
            check_type("DataSet()", name, half, Digits, "Digits", "make them of arrays with Digits(images, digits)")
        for name, text in (("name", self.name), ("source", self.source)):
            check_type("DataSet()", name, text, str, "a text")
        check_type(
            "DataSet()", "classes", self.classes, (tuple, list), "the names of the classes", 'such as ("cat", "dog")'
        )
        if self.training.image_shape != self.test.image_shape:
            raise ShapeError(
                f"a DataSet wants images of one size, got {shape_name(self.training.image_shape)} to learn from and "
                f"{shape_name(self.test.image_shape)} to be tested on"
            )
        check_classes(self.classes)

    def __repr__(self) -> str:
        kind = "" if self.holds_digits else f"; classes: {len(self.classes)}, pixels: {shape_name(self.image_shape)}"
        return f"<DataSet {self.name}: {len(self.training):,} to learn from, {len(self.test):,} to be tested on{kind}>"

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of each image."""
        return self.training.image_shape

    @property
    def pixels(self) -> int:
        """How many pixels each image has: the neurons of layer 0."""
        return self.training.pixels

    def _repr_html_(self) -> str:
        from digitlens.markup import block, paragraph, table

        halves = [np.bincount(half.digits, minlength=len(self.classes)) for half in (self.training, self.test)]
        rows = [[name, *(int(half[i]) for half in halves)] for i, name in enumerate(self.classes[:CLASSES_SHOWN])]
        parts = [table(["class", "to learn from", "to be tested on"], rows)]
        more = len(self.classes) - len(rows)
        parts += [paragraph(f"The first {len(rows)} of {len(self.classes)} classes.")] * bool(more)
        return block(repr(self)[1:-1], *parts, about=self.source)

    @property
    def holds_digits(self) -> bool:
        """Whether these are handwritten digits as MNIST has them: images of 28×28 whose classes are "0", "1", ..."""
        return self.image_shape == DIGIT_SHAPE and are_digits(self.classes)

    @property
    def dark_on_light(self) -> bool:
        """Whether what lies along the borders of the images, their paper, is light; never of handwritten digits."""
        if self.holds_digits or not len(self.training):
            return False
        return light_paper(self.training.images[:PAPER])


def light_paper(images: NDArray[np.uint8]) -> bool:
    """Whether the outermost pixels of images, (n, rows, columns), are rather light than dark: most of them are paper.

    >>> light_paper(np.full((1, 5, 5), 255, np.uint8)), light_paper(np.zeros((1, 5, 5), np.uint8))
    (True, False)
    """
    edges = images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]
    return float(np.median(np.concatenate(edges, axis=1))) > 127


def check_classes(classes: Sequence[Any]) -> None:
    """Raise DataError unless these are the names of 1 to 256 classes, each another one; UsageError for no list."""
    check_type("a data set", "classes", classes, (tuple, list), "the names of its classes", 'such as ("a", "b")')
    if not 1 <= len(classes) <= MOST_CLASSES:
        raise DataError(f"data has 1 to {MOST_CLASSES} classes, got {len(classes):,}; leave some of them out")
    if strange := [name for name in classes if not isinstance(name, str)]:
        raise DataError(f"a class has a name, which is text, got {strange[0]!r:.80}; use str(...)")
    if len(set(classes)) < len(classes):
        twice = next(name for i, name in enumerate(classes) if name in classes[:i])
        raise DataError(f"every class has a name of its own, got {twice!r:.80} twice; rename one of them")
