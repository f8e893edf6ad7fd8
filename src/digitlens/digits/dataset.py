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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)  # what is made of digits is kept as long as they are
class Digits:
    """Pictures beside what they show.

    Raises ShapeError unless `images` is (n, 28, 28) uint8 and `digits` is (n,) uint8.

    >>> import numpy as np
    >>> some = Digits(np.zeros((3, 28, 28), np.uint8), np.array([7, 1, 7], np.uint8))
    >>> len(some), some.flat.shape, some[:2].digits.tolist()
    (3, (3, 784), [7, 1])
    """

    images: NDArray[np.uint8]  # (n, 28, 28)
    digits: NDArray[np.uint8]  # (n,)
    _fingerprint: str = field(default="", init=False, repr=False)  # where it is known, of arrays that nobody can write

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

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<Digits: {len(self):,} pictures>"

    def __getitem__(self, which: slice | NDArray[Any]) -> Digits:
        """Some of them: a slice is a view, an array of numbers or of truths a copy."""
        return Digits(self.images[which], self.digits[which])

    @property
    def flat(self) -> NDArray[np.uint8]:
        """The images as rows, (n, 784), as the network sees them."""
        return self.images.reshape(len(self.images), 784)

    def fingerprint(self) -> str:
        """SHA-256 over images and digits: the same digits in the same order, the same 64 characters."""
        if self._fingerprint and not (self.images.flags.writeable or self.digits.flags.writeable):
            return self._fingerprint
        sha = hashlib.sha256(f"{len(self)}x28x28:".encode())
        sha.update(np.ascontiguousarray(self.images).data)
        sha.update(np.ascontiguousarray(self.digits).data)
        return sha.hexdigest()

    def known_by(self, fingerprint: str) -> None:
        """Spare fingerprint() its work: for digits that were verified to be those with this one.

        It is believed as long as nobody can write to the arrays; what is cut or replaced from them knows nothing of it.
        """
        object.__setattr__(self, "_fingerprint", fingerprint)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class DataSet:
    """What a training run needs: digits to learn from, digits to be tested on, and where they come from."""

    name: str  # "mnist", "pen", or the name of a folder
    source: str  # one line for people: where these digits were found
    training: Digits
    test: Digits
    classes: tuple[str, ...] = DIGITS  # the name of class 0, 1, ...

    def __repr__(self) -> str:
        return f"<DataSet {self.name}: {len(self.training):,} to learn from, {len(self.test):,} to be tested on>"
