"""Data for programs: where dl.data(), dl.mnist() and dl.pen_digits() get theirs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, overload

from digitlens.checks import check_type, whole_number
from digitlens.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from digitlens.digits.dataset import DataSet
    from digitlens.digits.synthetic.pen.writer import PenDigits


class _Frame(Protocol):
    """A data frame of pandas, or of whoever else has these."""

    @property
    def columns(self) -> Any:
        """The names of the columns."""

    def to_numpy(self) -> Any:
        """All values, (rows, columns)."""


__all__ = ["data", "mnist", "pen_digits"]


def mnist(*, offline: bool = False) -> DataSet:
    """MNIST's 60,000 training and 10,000 test images, verified: from DIGITLENS_DATA, the cache, or a download.

    offline: download nothing.

    Raises DataError where it cannot be had.
    """
    from digitlens.digits.sources.find import find_data

    check_type("mnist()", "offline", offline, bool, "True or False")
    return find_data("mnist", offline=offline)


@overload
def data(
    name: str | Path | None = ..., *, size: tuple[int, int] | None = ..., offline: bool = ...
) -> DataSet: ...  # pragma: no cover


@overload
def data(
    name: _Frame,
    labels: str | None = ...,
    *,
    names: Sequence[str] | None = ...,
    test: _Frame | None = ...,
    size: tuple[int, int] | None = ...,
) -> DataSet: ...  # pragma: no cover


@overload
def data(
    name: ArrayLike,
    labels: ArrayLike,
    *,
    names: Sequence[str] | None = ...,
    test: tuple[ArrayLike, ArrayLike] | None = ...,
) -> DataSet: ...  # pragma: no cover


def data(
    name: str | Path | ArrayLike | _Frame | None = None,
    labels: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    test: tuple[ArrayLike, ArrayLike] | _Frame | None = None,
    size: tuple[int, int] | None = None,
    offline: bool = False,
) -> DataSet:
    """Load a data set by its name, from a file or a folder, or make one of arrays or of a data frame.

    name: "mnist", "fashion-mnist" and the others that `digitlens data --list` names; "pen", digits that our own pen
    model wrote, which need no download; "mnist+pen"; or a file or folder, see docs/data.md. None: MNIST, or what
    DIGITLENS_DATA names. Or images: (n, rows, columns), at most 64×64 pixels, ink as uint8 0..255, as floats 0..1 or as
    bool. Or a data frame of pandas: a column for each pixel, and one of labels.
    labels: of those images, (n,): whole numbers from 0, or names. Of a frame the name of their column; None: "label".
    names: of class 0, 1, ..., at most 256; None: those that stand in the labels, or "0", "1", ...
    test: images and labels to be tested on, or a frame; None: about one image in six of each class.
    size: rows and columns of the images from a folder of pictures (None: see docs/preparation.md), or of rows of
    numbers (None: as many rows as columns).
    offline: download nothing.

    Raises DataError where there is no data, and for labels that are no class; ShapeError for arrays of another shape or
    type; UsageError for anything else than a name, a folder or arrays.

    >>> import numpy as np
    >>> data(np.zeros((12, 20, 24)), ["a", "b"] * 6)
    <DataSet arrays: 10 to learn from, 2 to be tested on; classes: 2, pixels: 20×24>
    """
    from digitlens.digits.sources.arrays import from_arrays
    from digitlens.digits.sources.find import find_data

    check_type("data()", "offline", offline, bool, "True or False")
    size = _size(size)
    images: Any = name
    other: Any = test
    if _is_frame(images):
        from digitlens.digits.sources.tables import from_frame

        column: Any = labels
        if column is not None:
            check_type("data()", "labels", column, str, "the name of a column of the frame")
        if other is not None and not _is_frame(other):
            raise UsageError(f"data() wants another frame for test beside a frame, got {type(other).__name__}")
        parts = [from_frame(frame, column, size) for frame in ([images] if other is None else [images, other])]
        return from_arrays(*parts[0], names, None if other is None else parts[1])
    if labels is not None:
        if size is not None:
            raise UsageError("data() wants no size beside images: they are (n, rows, columns); use images.reshape()")
        return from_arrays(images, labels, names, other)
    if name is not None:
        advice = "of images make one with dl.data(images, labels)"
        check_type("data()", "name", name, (str, os.PathLike), "a name or a folder", advice)
    if names is not None or test is not None:
        raise UsageError("data() wants names and test with images and labels; give data(images, labels, names=...)")
    return find_data(images, offline=offline, size=size)


def _is_frame(given: Any) -> bool:
    return hasattr(given, "columns") and hasattr(given, "to_numpy")


def _size(size: Any) -> tuple[int, int] | None:
    """Rows and columns, checked."""
    if size is None:
        return None
    check_type("data()", "size", size, tuple, "rows and columns", "such as (28, 28)")
    if len(size) != 2:
        raise UsageError(f"data() wants rows and columns for size, such as (28, 28), got {len(size)} numbers")
    return whole_number("data()", "rows", size[0], 1, 64), whole_number("data()", "columns", size[1], 1, 64)


def pen_digits(count: int, seed: int = 0) -> PenDigits:
    """Write digits with the pen model, each with its strokes: the same for the same seed, no download.

    count: how many, 1 to a million; all classes equally often.
    seed: 0 to 2⁶⁴ − 1.

    Raises UsageError for others.

    >>> pen_digits(3, seed=1).digits.images.shape
    (3, 28, 28)
    """
    from digitlens.digits.synthetic.pen import writer

    return writer.pen_digits(count, seed)
