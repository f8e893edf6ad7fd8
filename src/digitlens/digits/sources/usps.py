"""USPS as LIBSVM's page has it: two files, packed by bzip2, a line of text for each image.

7 1:-1 2:-0.98 ... 256:-1      the digit plus one; then each of 16×16 pixels with its number, from −1 to 1
"""

from __future__ import annotations

import bz2
from pathlib import Path

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.sources.catalogue import CATALOGUE
from digitlens.errors import DataError, FileError, IdxError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown

MOST = 2**27  # bytes of a file, unpacked


def load_usps(folder: Path) -> DataSet:
    """USPS from the folder that holds its two files. The bytes are verified. Raises DataError."""
    known, halves, problems = CATALOGUE["usps"], [], []
    for file in known.files:
        path = folder / file.name
        try:
            packed = file.checked(read_bounded(path, file.most))
            halves.append(digits(bz2.BZ2Decompressor().decompress(packed, MOST)))
        except FileError as error:
            problems.append(str(error))
        except (IdxError, OSError) as error:
            problems.append(f"{shown(path)}: {error}")
    if problems:
        raise DataError(f"USPS in {shown(folder)} is not usable:\n  " + "\n  ".join(problems))
    training, test = halves
    source = f"USPS in {shown(folder)}, verified by the hashes of {known.hashes}"
    return DataSet(known.name, source, training, test, known.classes)


def digits(text: bytes) -> Digits:
    """The images in such a text, ink from 0 to 255. Raises IdxError for any other text.

    >>> digits(b"8 " + b" ".join(b"%d:1" % i for i in range(1, 257))).digits
    array([7], dtype=uint8)
    """
    known = CATALOGUE["usps"]
    rows, columns = known.image_shape
    pixels = rows * columns
    try:
        numbers = np.array(text.replace(b":", b" ").split(), np.float64).reshape(-1, 1 + 2 * pixels)
    except ValueError as error:
        raise IdxError(f"this is not USPS as text: {str(error)[:100]}") from error
    labels, ink = numbers[:, 0] - known.first_label, numbers[:, 2::2]
    if not (
        len(numbers)
        and np.array_equal(numbers[:, 1::2], np.broadcast_to(np.arange(1, pixels + 1), ink.shape))
        and np.isin(labels, range(len(known.classes))).all()
        and (np.abs(ink) <= 1).all()
    ):
        raise IdxError(
            f"USPS as text has {pixels} pixels a line, from −1 to 1, after a label from 1 to 10; this has not"
        )
    images = np.rint((ink + 1) * 127.5).astype(np.uint8).reshape(-1, rows, columns)
    return Digits(images, labels.astype(np.uint8))
