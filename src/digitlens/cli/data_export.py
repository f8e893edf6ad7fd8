"""Writes digits, or a site, into a folder: all of it, or nothing. `--data` reads the same digits from there again."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.cli.terminal import progress
from digitlens.digits.dataset import DIGITS, Digits
from digitlens.digits.png import png
from digitlens.digits.sources import idx
from digitlens.digits.sources.class_names import names_file
from digitlens.digits.sources.folders import AS_THEY_ARE, folder_names
from digitlens.digits.sources.mnist import FILES
from digitlens.errors import FileError, UsageError
from digitlens.files.folders import check_new_folder, write_folder
from digitlens.files.naming import shown, why

Files = Iterator[tuple[str, bytes]]  # the path of each file within the folder, and its bytes


def chosen_numbers(digits: Digits, count: int | None, seed: int | None) -> NDArray[np.intp]:
    """The indices of the digits to write, sorted: all, the first `count`, or, with a seed, `count` random ones.

    Raises UsageError if there are fewer.
    """
    count = len(digits) if count is None else count
    if count > len(digits):
        raise UsageError(f"--count {count:,}: there are {len(digits):,} pictures; ask for fewer, or see --on")
    if seed is None:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(len(digits))[:count])


def picture_files(parts: Mapping[str, tuple[Digits, NDArray[np.intp]]], classes: tuple[str, ...]) -> Files:
    """A PNG file for each picture, white on black, in a sub-folder for its class: 7/00012.png is picture 12, a 7.

    parts: the digits and which of them are written, by the folder that they get; "" for none. A file says that the
    pictures are to be taken as they are, and another one the names of classes that are no digits.
    """
    yield AS_THEY_ARE, b"The pictures in these folders are what a network sees: they are not framed once more.\n"
    folders = folder_names(classes)
    if folders != DIGITS:
        yield names_file(classes)
    for part, (digits, numbers) in parts.items():
        within = f"{part}/" if part else ""
        for i in numbers:
            yield f"{within}{folders[int(digits.digits[i])]}/{i:05}.png", png(digits.images[i])


def idx_files(training: Digits, test: Digits, classes: tuple[str, ...]) -> Files:
    """MNIST's four files, not compressed; and the names of the classes, where they are not the digits 0 to 9."""
    arrays = training.images, training.digits, test.images, test.digits
    yield from ((file.name, idx.write(array)) for file, array in zip(FILES, arrays, strict=True))
    yield from _names(classes)


def csv_files(training: Digits, test: Digits, classes: tuple[str, ...]) -> Files:
    """Two files as Kaggle has them: a row for each image, the number of its class first, then its pixels row by row."""
    for name, some in (("train.csv", training), ("test.csv", test)):
        rows, columns = some.image_shape
        cells = [f"{row}x{column}" for row in range(1, rows + 1) for column in range(1, columns + 1)]
        text = io.BytesIO()
        np.savetxt(
            text, np.column_stack([some.digits, some.flat]), "%d", ",", header=",".join(["label", *cells]), comments=""
        )
        yield name, text.getvalue()
    yield from _names(classes)


def npz_files(training: Digits, test: Digits, classes: tuple[str, ...]) -> Files:
    """One file as Keras has it: x_train, y_train, x_test, y_test; and class_names."""
    whole = io.BytesIO()
    names = np.array(classes)
    (x, y), (x2, y2) = (training.images, training.digits), (test.images, test.digits)
    np.savez_compressed(whole, x_train=x, y_train=y, x_test=x2, y_test=y2, class_names=names)
    yield "data.npz", whole.getvalue()


def _names(classes: tuple[str, ...]) -> Files:
    if classes != DIGITS:
        yield names_file(classes)


def check_empty(folder: str, who: str = "--write") -> None:
    """Raise FileError unless `folder` can be made, or is an empty folder, so that nothing is overwritten."""
    place = Path(folder)
    try:
        if place.is_dir():
            if any(place.iterdir()):
                raise FileError("this folder is not empty; name a new one, or empty it first")
        elif os.path.lexists(place):
            raise FileError("this is a file; name a new folder")
        elif not Path(os.path.abspath(place)).parent.is_dir():  # noqa: PTH100 - resolve() would follow links
            raise FileError("the folder around it does not exist; make it first")
        check_new_folder(folder)
    except (OSError, ValueError) as error:
        raise FileError(f"{who} {shown(folder)}: {why(error)}; name another folder") from error
    except FileError as error:
        raise FileError(f"{who} {shown(folder)}: {error}") from error


def write_files(folder: str, files: Files, total: int) -> None:
    """Write files into a new or empty folder, all or nothing, with a progress bar. Raises FileError."""
    from rich.progress import BarColumn, MofNCompleteColumn

    with progress("  writing", BarColumn(), MofNCompleteColumn()) as bar:
        write_folder(folder, files if bar is None else bar.track(files, total))
