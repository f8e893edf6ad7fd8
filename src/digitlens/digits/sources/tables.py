"""Images as numbers in files that other programs write: NumPy's .npz and .npy, and CSV with a row for each image.

NumPy   x_train, y_train, x_test, y_test, as Keras has them; train_images, train_labels, ..., as MedMNIST; images and
        labels, which are split; or files of such names. class_names: what the classes are called
CSV     a column of labels, called label, class, target or y, or the first one; all other columns are pixels, row by
        row, as Kaggle has it. One file is split; two say in their names what they are for
frames  the same columns, of pandas or whoever else has columns and to_numpy()
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import LARGEST_SIDE, DataSet
from digitlens.digits.sources import idx
from digitlens.digits.sources.arrays import from_arrays
from digitlens.digits.sources.class_names import read_names
from digitlens.digits.sources.parts import PARTS, joined
from digitlens.errors import DataError, DigitlensError, FileError, ShapeError
from digitlens.files.bounded import read_bounded
from digitlens.files.lfs import LFS_POINTER, is_lfs_pointer
from digitlens.files.naming import shown
from digitlens.files.npz import array_of, arrays_of

MOST = 2**30  # bytes of a file, or of the arrays in it
LABEL_COLUMNS = ("label", "labels", "class", "target", "y", "digit", "letter", "character")
_IMAGES = re.compile(r"images?|imgs?|pixels|data|\bx\b")
_LABELS = re.compile(r"labels?|targets?|\by\b")
_NAMES = ("class_names", "target_names", "label_names", "classes", "names")
_PART = re.compile("|".join(PARTS))
_CELL = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")  # a column of a CSV of ours: row and column of the pixel, from 1

_WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")  # pandas writes labels as floats where one was missing once
MOST_ROWS = 1_000_000  # images in one CSV file

Array = NDArray[Any]
Part = tuple[Array, Array]  # images and labels


def table_files(place: Path) -> tuple[str, list[Path]]:
    """The files of numbers that a path names: their kind, "npz", "npy" or "csv", and which they are; "" for none."""
    if os.path.isfile(place):  # noqa: PTH113 - Path.is_file raises an error where a name is too long
        names, folder = [place.name], place.parent
    else:
        try:
            names, folder = sorted(os.listdir(place)), place  # noqa: PTH208 - the same
        except (OSError, ValueError):
            return "", []
    for kind, ends in (("npz", (".npz",)), ("npy", (".npy",)), ("csv", (".csv", ".csv.gz", ".tsv"))):
        if found := [folder / name for name in names if name.lower().endswith(ends)]:
            return kind, found
    return "", []


def load_tables(place: Path, size: tuple[int, int] | None = None) -> DataSet:
    """The data set in such files. size: rows and columns of an image, where the files do not say it.

    Raises DataError, which says what was looked for and what is there.
    """
    kind, paths = table_files(place)
    folder = place if paths[0].parent == place else place.parent
    try:
        parts, names = _of_csv(paths, size) if kind == "csv" else _of_numpy(kind, paths, size)
        names = names or read_names(folder)
        if not parts:
            raise DataError(f"there is no column of labels, called {' or '.join(LABEL_COLUMNS[:4])}, or the first one")
        if "train" not in parts:
            raise DataError(f"found no images to learn from beside their labels, only {', '.join(parts)}")
        data = _data_set(parts, names)
    except DigitlensError as error:
        raise DataError(_of(place, error)) from error
    source = f"{len(data.training) + len(data.test):,} images in {shown(place)}"
    return DataSet(place.resolve().name.partition(".")[0] or kind, source, data.training, data.test, data.classes)


def from_frame(frame: Any, label: str | None = None, size: tuple[int, int] | None = None) -> tuple[Array, Any]:
    """Images, (n, rows, columns), and labels of a data frame. label: the column of labels; None: as for CSV.

    Raises DataError where there is no such column.
    """
    columns = [str(name) for name in frame.columns]
    k = _label_column(columns, header=True) if label is None else columns.index(label) if label in columns else None
    if k is None:
        raise DataError(
            f"a frame wants a column of labels called {label or ' or '.join(LABEL_COLUMNS)}, got none of them"
        )
    values = frame.to_numpy()
    labels = np.array([_whole(one) for one in values[:, k].tolist()])
    try:
        pixels = np.delete(values, k, axis=1).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"all columns but {columns[k]!r:.80} are pixels, numbers: {str(error)[:100]}") from error
    return as_images(pixels, size or _named_size(columns)), labels


def as_images(given: Array, size: tuple[int, int] | None = None) -> Array:
    """Images of any layout as (n, rows, columns), uint8 from 0 to 255 or floats from 0 to 1.

    given: also (n, pixels), of a square image unless `size` says rows and columns, or (n, rows, columns, 1); whole
    numbers of any type. Raises ShapeError for others.

    >>> as_images(np.full((2, 9), 255.0)).shape, as_images(np.ones((2, 6), int), (2, 3)).dtype
    ((2, 3, 3), dtype('uint8'))
    """
    if given.ndim == 4 and given.shape[3] == 1:
        given = given[..., 0]
    if given.ndim == 2:
        side = math.isqrt(given.shape[1])
        rows, columns = size or (side, side)
        if rows * columns != given.shape[1]:
            raise ShapeError(
                f"a row of {given.shape[1]:,} pixels is no image of {rows}×{columns}; say rows and columns with --size"
            )
        if not given.shape[1]:
            raise ShapeError("there are no pixels beside the labels; a row is a label and its pixels")
        given = given.reshape(-1, rows, columns)
    if given.dtype == np.uint8 or given.dtype == np.bool_ or not given.size:
        return given
    if given.dtype.kind in "iu" or (given.dtype.kind == "f" and given.max() > 1):
        if given.min() >= 0 and given.max() <= 255 and np.array_equal(given, whole := given.astype(np.uint8)):
            return whole
        raise ShapeError("pixels are whole numbers from 0 to 255, or shares of full ink from 0 to 1; these are neither")
    return given


def _data_set(parts: dict[str, Part], names: Sequence[str] | None) -> DataSet:
    """The parts with classes in common."""
    for part, (some, marks) in parts.items():
        if some.ndim != 3 or marks.shape != some.shape[:1]:
            raise DataError(
                f"wants images (n, rows, columns) and labels (n,) to {part}, got {some.shape} and {marks.shape}; for "
                "targets of 0 and 1 use targets.argmax(axis=1)"
            )
    images, labels = zip(*parts.values(), strict=True)
    if len({part.shape[1:] for part in images}) > 1:
        raise DataError("images have one size in one part, and another in another; make them alike")
    kinds = {part.dtype.kind for part in labels}
    if len(kinds) > 1:
        raise DataError("labels are numbers in one part, and names in another; write them alike")
    together = from_arrays(np.concatenate(images), np.concatenate(labels), names, test=(images[0][:1], labels[0][:1]))
    halves, at = {}, 0
    for part, pictures in zip(parts, images, strict=True):
        halves[part] = together.training[at : at + len(pictures)]
        at += len(pictures)
    training, test = joined(halves)
    return DataSet("", "", training, test, together.classes)


def _of_numpy(
    kind: str, paths: list[Path], size: tuple[int, int] | None
) -> tuple[dict[str, Part], Sequence[str] | None]:
    arrays: dict[str, Array] = {}
    for path in paths:
        data = _bytes_of(path)
        found = arrays_of(data, MOST) if kind == "npz" else {path.stem: _npy(data)}
        arrays |= {path.stem: found["arr_0"]} if list(found) == ["arr_0"] else found
    names = next((list(map(str, _texts(arrays.pop(name).ravel()))) for name in _NAMES if name in arrays), None)
    halves: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        plain = name.lower().replace("_", " ").replace("-", " ")
        which = "images" if _IMAGES.search(plain) else "labels" if _LABELS.search(plain) else ""
        part = _PART.search(plain)
        halves.setdefault(PARTS[part[0]] if part else "train", {})[which] = array
    parts = {
        part: (as_images(both["images"], size), _flat(both["labels"]))
        for part, both in halves.items()
        if {"images", "labels"} <= set(both)
    }
    if not parts:
        raise DataError(
            f"wants images and labels, such as x_train and y_train, got {', '.join(arrays)[:200] or 'nothing'}"
        )
    return parts, names


def _bytes_of(path: Path) -> bytes:
    data = bytes(read_bounded(path, MOST))
    if is_lfs_pointer(data):
        raise DataError(f"{shown(path)} is {LFS_POINTER}")
    return data


def _of(path: Path, error: DigitlensError) -> str:
    """What is wrong with a file, which is named once."""
    return str(error) if shown(path) in str(error) else f"{shown(path)}: {error}"


def _npy(data: bytes) -> Array:
    if data[:6] != b"\x93NUMPY":
        raise FileError("this is no .npy file; save it with numpy.save()")
    return array_of(data)


def _flat(labels: Array) -> Array:
    """Labels as (n,), of whole numbers or names, from (n, 1) and from whole numbers as floats as well."""
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.dtype.kind == "f":
        wide = labels.astype(np.float64)  # half floats hold no number as large as the bound
        if np.array_equal(wide, np.rint(wide)) and (np.abs(wide) < 2**31).all():
            return wide.astype(np.int64)
    return np.array(_texts(labels)) if labels.dtype.kind == "S" and labels.ndim == 1 else labels


def _texts(array: Array) -> list[Any]:
    """The elements of an array, (n,); bytes as text."""
    return [one.decode(errors="replace") if isinstance(one, bytes) else one for one in array.tolist()]


def _of_csv(paths: list[Path], size: tuple[int, int] | None) -> tuple[dict[str, Part], None]:
    parts: dict[str, Part] = {}
    for path in paths:
        word = _PART.search(path.name.lower())
        part = PARTS[word[0]] if word else "train"
        if part in parts:
            raise DataError(f"{shown(paths[0])} and {shown(path)} are both to {part}; name one of them")
        if (read := _csv(path, size)) is not None:
            parts[part] = read
    return parts, None


def _csv(path: Path, size: tuple[int, int] | None) -> Part | None:
    """Images and labels of one file; None where it has no labels, as Kaggle's test.csv."""
    try:
        return csv_part(bytes(idx.unpacked(_bytes_of(path))), size)
    except DataError as error:
        raise DataError(_of(path, error)) from error


def csv_part(data: bytes, size: tuple[int, int] | None = None) -> Part | None:
    r"""Images and labels of a CSV file's bytes; None where there are no labels. Raises DataError for any others.

    >>> csv_part(b"label,p1,p2,p3,p4\n7,0,255,0,255\n")[0].shape
    (1, 2, 2)
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"this is no text: {str(error)[:100]}; save it as UTF-8") from error
    begin = text[: text.find("\n")] if "\n" in text else text
    rows = csv.reader(_lines(text), delimiter=max(",;\t", key=begin.count))
    try:
        return _part_of(rows, size)
    except csv.Error as error:
        raise DataError(f"this is no CSV: {str(error)[:100]}; save it as CSV again") from error


def _part_of(rows: Iterator[list[str]], size: tuple[int, int] | None) -> Part | None:
    first = next(rows, [])
    header = not all(map(_is_number, first[1:])) or _label_named(first) is not None
    k = _label_column(first, header)
    if k is None:
        return None
    size = size or (_named_size(first) if header else None)
    labels: list[Any] = []
    images: list[Array] = []
    for number, row in enumerate(rows if header else chain([first], rows), start=1 + header):
        if not row:
            continue
        pixels = _pixels(row[:k] + row[k + 1 :])
        if len(row) != len(first) or pixels is None:
            raise DataError(f"line {number:,} is not {len(first) - 1:,} pixels beside a label")
        if len(labels) == MOST_ROWS:
            raise DataError(f"this CSV holds more than {MOST_ROWS:,} images; take some of them")
        labels.append(_whole(row[k]))
        images.append(pixels)
    if not images:
        raise DataError("there is no row of numbers; a row is a label and its pixels")
    return as_images(np.stack(images), size), np.array(labels)


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one at a time, without a list of all."""
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield text[at:end]
        at = end


def _pixels(cells: list[str]) -> Array | None:
    """The numbers in these cells; None where one is none."""
    text = ",".join([*cells, "0"])  # older NumPy stops at what is no number: then the last one is missing
    for kind in (np.int16, np.float32):
        try:
            if len(found := np.fromstring(text, kind, sep=",")) == len(cells) + 1:
                return found[:-1]
        except (ValueError, DeprecationWarning):
            continue
    return None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _label_column(names: Sequence[str], header: bool) -> int | None:
    """Which column holds the labels; None where all are pixels."""
    if header and (k := _label_named(names)) is not None:
        return k
    square = math.isqrt(len(names)) ** 2 == len(names)
    return None if square or not names or len(names) > LARGEST_SIDE**2 + 1 else 0


def _label_named(names: Sequence[str]) -> int | None:
    """Which column is called as one of labels is."""
    return next((k for k, name in enumerate(names) if name.strip().lower() in LABEL_COLUMNS), None)


def _named_size(names: Sequence[str]) -> tuple[int, int] | None:
    """Rows and columns, where the columns are called 1x1, 1x2, ..., 28x28."""
    cells = [found for name in names if (found := _CELL.fullmatch(name.strip()))]
    if not cells or len(cells) != len(names) - 1:
        return None
    rows, columns = (max(int(cell[i]) for cell in cells) for i in (1, 2))
    return (rows, columns) if rows * columns == len(cells) else None


def _whole(label: Any) -> Any:
    """A label as a whole number, if it is one; else as it is."""
    if isinstance(label, str):
        plain = label.strip()
        return int(plain.partition(".")[0]) if _WHOLE.fullmatch(plain) else label
    return int(label) if isinstance(label, float) and label.is_integer() else label
