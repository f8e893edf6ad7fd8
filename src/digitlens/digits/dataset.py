"""Labelled digits: pictures beside what they show.

images: (n, 28, 28) uint8, ink from 0 (none) to 255 (full)
digits: (n,) uint8, the class of each picture: for handwritten digits simply 0..9
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError

DIGITS = tuple("0123456789")


def pixels(images: NDArray[np.uint8], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Images as a network takes them: uint8 0..255 -> floats 0..1 of its type, of the same shape."""
    return images * dtype.type(1 / 255)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Digits:
    """Pictures beside what they show.

    They never change: both arrays are read-only, and one that somebody else could still write to is copied. So what
    is made of the pictures for an engine can be kept with them, in `derived`, and stays true.

    Raises ShapeError unless `images` is (n, 28, 28) uint8 and `digits` is (n,) uint8.

    >>> import numpy as np
    >>> some = Digits(np.zeros((3, 28, 28), np.uint8), np.array([7, 1, 7], np.uint8))
    >>> len(some), some.flat.shape, some[:2].digits.tolist()
    (3, (3, 784), [7, 1])
    """

    images: NDArray[np.uint8]  # (n, 28, 28), read-only
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
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ShapeError(f"Digits wants images of shape (n, 28, 28) in uint8, got {images.shape} in {images.dtype}")
        if digits.dtype != np.uint8 or digits.shape != images.shape[:1]:
            raise ShapeError(
                f"Digits wants one uint8 digit an image, ({len(images)},), got {digits.shape} in {digits.dtype}"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "digits", _read_only(digits))

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<Digits: {len(self):,} pictures>"

    def __getitem__(self, which: slice | NDArray[Any]) -> Digits:
        """Some of them: a slice is a view, an array of numbers or of truths a copy."""
        images, digits = self.images[which], self.digits[which]
        images.flags.writeable = digits.flags.writeable = False  # copies are ours alone, and need not be copied again
        return Digits(images, digits)

    def relabelled(self, digits: NDArray[np.uint8]) -> Digits:
        """The same images, which share what was derived from them, with other labels."""
        other = Digits(self.images, digits)
        object.__setattr__(other, "derived", self.derived)
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.images, self.digits, self._fingerprint)  # what is derived can be derived again

    @property
    def flat(self) -> NDArray[np.uint8]:
        """The images as rows, (n, 784), as the network sees them."""
        return self.images.reshape(len(self.images), 784)

    def fingerprint(self) -> str:
        """SHA-256 over images and digits: the same digits in the same order, the same 64 characters."""
        if not self._fingerprint:
            sha = hashlib.sha256(f"{len(self)}x28x28:".encode())
            sha.update(np.ascontiguousarray(self.images).data)
            sha.update(np.ascontiguousarray(self.digits).data)
            self.trust_fingerprint(sha.hexdigest())
        return self._fingerprint

    def trust_fingerprint(self, fingerprint: str) -> None:
        """Spare fingerprint() its work: for digits that were verified to be those with this one."""
        object.__setattr__(self, "_fingerprint", fingerprint)


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
    """What a training run needs: digits to learn from, digits to be tested on, and where they come from."""

    name: str  # "mnist", "pen", or the name of a folder
    source: str  # one line for people: where these digits were found
    training: Digits
    test: Digits
    classes: tuple[str, ...] = DIGITS  # the name of class 0, 1, ...
    derived: dict[str, Any] = field(default_factory=dict, init=False)  # what others made of it, by name

    def __reduce__(self) -> tuple[Any, ...]:
        return DataSet, (self.name, self.source, self.training, self.test, self.classes)

    def __repr__(self) -> str:
        return f"<DataSet {self.name}: {len(self.training):,} to learn from, {len(self.test):,} to be tested on>"
