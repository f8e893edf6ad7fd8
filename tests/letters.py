"""Data that is not digits: 26 classes, called a to z, of images with 20 rows and 24 columns. Nothing is downloaded.

Each class is a few bars in places of its own; each image of it has them a little moved, some stronger, some weaker.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import digitlens as dl
from digitlens.digits.png import png

NAMES = tuple("abcdefghijklmnopqrstuvwxyz")
SHAPE = ROWS, COLUMNS = 20, 24


def letter_images(each: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """So many images of each class, one class after the other: (26 · each, 20, 24) uint8, and what each shows."""
    bars, rng = np.random.default_rng(26), np.random.default_rng([seed, each])
    images = np.zeros((26, each, ROWS, COLUMNS), np.uint8)
    for label in range(26):
        for top, left, down in zip(bars.integers(1, 12, 4), bars.integers(1, 15, 4), (0, 1, 0, 1), strict=True):
            high, wide = (7, 2) if down else (2, 8)
            for image in images[label]:
                row, column = top + rng.integers(-1, 2), left + rng.integers(-1, 2)
                image[row : row + high, column : column + wide] = rng.integers(120, 256)
    return images.reshape(-1, ROWS, COLUMNS), np.repeat(np.arange(26), each)


def letters(each: int = 24, test: int = 6) -> dl.DataSet:
    """A data set: `each` images of each class to learn from, and `test` to be tested on."""
    return dl.data(*letter_images(each), names=NAMES, test=letter_images(test, seed=1))


def letter_folder(folder: Path, each: int = 24, test: int = 6) -> Path:
    """The same as a folder of pictures, train and test apart."""
    for part, count, seed in (("train", each, 0), ("test", test, 1)):
        for number, (image, label) in enumerate(zip(*letter_images(count, seed), strict=True)):
            place = folder / part / NAMES[label]
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number}.png").write_bytes(png(image))
    return folder
