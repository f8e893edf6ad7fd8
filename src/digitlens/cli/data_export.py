"""Writes digits, or a site, into a folder: all of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.cli.terminal import progress
from digitlens.digits.dataset import Digits
from digitlens.digits.png import png
from digitlens.digits.sources import idx
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


def picture_files(digits: Digits, numbers: NDArray[np.intp], classes: tuple[str, ...]) -> Files:
    """A PNG file for each picture, white on black, in a sub-folder for its class: 7/00012.png is picture 12, a 7."""
    for i in numbers:
        yield f"{classes[int(digits.digits[i])]}/{i:05}.png", png(digits.images[i])


def idx_files(training: Digits, test: Digits, classes: tuple[str, ...]) -> Files:
    """MNIST's four files, not compressed. Raises UsageError for more than ten classes, which they cannot label."""
    if len(classes) > 10:
        raise UsageError(f"MNIST's files have only the labels 0 to 9, got {len(classes)} classes; use --format png")
    arrays = training.images, training.digits, test.images, test.digits
    return ((file.name, idx.write(array)) for file, array in zip(FILES, arrays, strict=True))


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
