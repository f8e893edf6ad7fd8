"""What a file or folder that somebody named holds, and how it is loaded.

MNIST       its four files, as they are or packed by gzip, as Kaggle or torchvision lays them out
IDX files   of any other data set, see idx_set.py; one of them names the set that it belongs to
pictures    a folder with a sub-folder for each class, see folders.py
tables      .npz, .npy and .csv, see tables.py
USPS        its two files
packed      a .digits file, see packed.py
"""

from __future__ import annotations

import os
from pathlib import Path

from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.sources.catalogue import USPS
from digitlens.digits.sources.idx_set import find_sets, lacking, load_set
from digitlens.digits.sources.mnist import FILES, find, missing, read_verified
from digitlens.digits.sources.packed import MOST, SUFFIX, unpack
from digitlens.digits.sources.tables import load_tables, table_files
from digitlens.errors import FileError, IdxError
from digitlens.files.bounded import read_bounded

MNIST, IDX, PICTURES, TABLES, PACKED, DIGITS_OF_USPS = (
    "MNIST", "IDX files", "labelled pictures", "images as numbers", "packed digits", "USPS",
)  # fmt: skip


def kind_of(place: Path) -> str | None:
    """What a place seems to hold, by names alone; None for nothing that is known."""
    if os.path.isfile(place):  # noqa: PTH113 - Path.is_file raises an error where a name is too long
        if place.suffix == SUFFIX:
            return PACKED
        return TABLES if table_files(place)[0] else IDX if find_sets(place) else None
    if not os.path.isdir(place):  # noqa: PTH112 - the same
        return None
    if len(missing(place)) < len(FILES):
        return MNIST
    if find_sets(place):
        return IDX
    if all(os.path.isfile(place / file.name) for file in USPS.files):  # noqa: PTH113 - the same
        return DIGITS_OF_USPS
    from digitlens.digits.sources.folders import holds_classes

    return PICTURES if holds_classes(place) else TABLES if table_files(place)[0] else None


def holds(place: Path, *, only_mnist: bool = False) -> bool:
    """Whether a data set could be loaded from there; of files only the names are looked at."""
    kind = kind_of(place)
    return kind == MNIST if only_mnist else kind is not None


def what_is_in(place: Path) -> str:
    """What a place seems to hold, for people."""
    kind = kind_of(place)
    if kind is None:
        if not os.path.isdir(place):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
            return "no folder"
        return "neither MNIST nor sub-folders of pictures"
    lacks = missing(place) if kind == MNIST else ()
    return f"MNIST without {', '.join(lacks)}" if lacks else kind


def load_path(place: Path, size: tuple[int, int] | None = None, framing: int = FRAMING_VERSION) -> DataSet | None:
    """The data set in a place; None where there is none. MNIST's files are loaded as those of any other set.

    size: rows and columns of the images, where these are pictures or tables; framing: as for load_folder(). Raises
    DataError.
    """
    kind = kind_of(place)
    if kind in (MNIST, IDX):
        return load_set(place)
    if kind == PICTURES:
        from digitlens.digits.sources.folders import load_folder  # brings picture reading with it

        return load_folder(place, size, framing=framing)
    if kind == TABLES:
        return load_tables(place, size)
    if kind == DIGITS_OF_USPS:
        from digitlens.digits.sources.usps import load_usps

        return load_usps(place)
    return unpack(bytes(read_bounded(place, MOST))) if kind == PACKED else None


def is_another_set(folder: Path) -> bool:
    """Whether files with MNIST's names are those of another set: two or four of them, and none has MNIST's bytes."""
    sets = find_sets(folder)
    if len(sets) != 1 or lacking(next(iter(sets.values()))):
        return False
    for file in FILES:
        try:
            read_verified(find(folder, file), file)
        except (FileError, IdxError):
            continue
        return False  # a damaged MNIST
    return True
