"""How well a network reads many pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import CLASSES_SHOWN, DIGITS, are_digits
from digitlens.errors import ShapeError
from digitlens.network.activations import Array


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The result of Reader.evaluate(): how well a network reads many images."""

    network: str  # the name of the network
    parameters: int  # how many weights and biases it has
    outputs: Array  # (n, classes), the output activations
    digits: NDArray[np.uint8]  # (n,), what the pictures show: the number of a class
    confusion_matrix: NDArray[np.int64]  # (classes, classes): row what the picture shows, column what was read
    classes: tuple[str, ...] = DIGITS  # the name of class 0, 1, ...

    def __repr__(self) -> str:
        return f"<Evaluation of {self.network}: {self.accuracy:.2%} of {self.images:,} pictures read correctly>"

    @property
    def images(self) -> int:
        """How many pictures were read."""
        return len(self.digits)

    @property
    def read(self) -> NDArray[np.int64]:
        """What each picture was read as, (n,)."""
        return self.outputs.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The share of the images that is read correctly, 0..1."""
        return float(np.trace(self.confusion_matrix) / self.images)

    @property
    def per_class(self) -> list[float | None]:
        """The share of each class that is read correctly, 0..1; None for a class without images."""
        shown = self.confusion_matrix.sum(axis=1)
        right = np.diag(self.confusion_matrix)
        return [float(r / n) if n else None for r, n in zip(right, shown, strict=True)]

    @property
    def per_digit(self) -> list[float | None]:
        """The same, of digits."""
        return self.per_class

    def wrong(self) -> NDArray[np.intp]:
        """The indices of the misread images, (misread,): those with the largest output first."""
        missed = np.flatnonzero(self.read != self.digits)
        return missed[np.argsort(-self.outputs[missed].max(axis=1), kind="stable")]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "network": self.network,
            "parameters": self.parameters,
            "images": self.images,
            "accuracy": self.accuracy,
            ("per_digit" if are_digits(self.classes) else "per_class"): self.per_class,
            "classes": list(self.classes),
            "confusion_matrix": self.confusion_matrix.tolist(),
        }

    def _repr_html_(self) -> str:
        from digitlens.markup import block, paragraph, table

        some = self.classes[:CLASSES_SHOWN]
        counts = self.confusion_matrix[: len(some), : len(some)].tolist()
        shares = ["" if share is None else f"{share:.1%}" for share in self.per_class]
        rows = [[name, *row, share] for name, row, share in zip(some, counts, shares, strict=False)]
        parts = [table(["shows \\ read as", *some, "correct"], rows)]
        parts += [paragraph(f"The first {len(some)} of {len(self.classes)} classes.")] * (len(some) < len(self.classes))
        return block(f"{self.accuracy:.2%} read correctly", *parts, about=f"{self.images:,} images, by {self.network}")


def evaluate(
    outputs: Array, digits: NDArray[np.uint8], network: str, parameters: int, classes: tuple[str, ...] = ()
) -> Evaluation:
    """Compare outputs (n, classes) with what the pictures show, (n,). Raises ShapeError where they do not fit.

    classes: their names; without any, "0", "1", ...
    """
    if outputs.ndim != 2 or digits.shape != outputs.shape[:1] or not len(digits) or digits.dtype.kind not in "iu":
        raise ShapeError(
            "evaluate() wants outputs (n, classes) of at least one picture, and a whole number for each, (n,); "
            f"got {outputs.shape} and {digits.shape} in {digits.dtype}"
        )
    count = outputs.shape[1]
    if digits.min() < 0 or digits.max() >= count:
        raise ShapeError(f"evaluate() wants classes from 0 to {count - 1}, got {digits.min()} to {digits.max()}")
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (digits, outputs.argmax(axis=1)), 1)
    return Evaluation(network, parameters, outputs, digits, matrix, classes or tuple(map(str, range(count))))
