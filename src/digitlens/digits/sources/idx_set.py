"""IDX files of any data set in a folder: two, or four, whatever they are called, packed by gzip or not.

What a file is, its name says: images or labels (or idx3 and idx1), and train, test, t10k or another word for a part.
Names without idx or ubyte (q-images, q-labels.gz) count where both are there and nothing says another format. A pair
without a word for a part is split, as arrays are. The classes are called as classes.txt says, or as those of the data
set that these are: one of the catalogue, known by the hashes of its files, by their names, or by torchvision's name
for the folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from digitlens.digits.dataset import DIGITS, DataSet, Digits
from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import CATALOGUE, KnownSet
from digitlens.digits.sources.class_names import FILE as NAMES
from digitlens.digits.sources.class_names import read_names
from digitlens.digits.sources.parts import PARTS, joined
from digitlens.errors import DataError, FileError, IdxError
from digitlens.files.bounded import read_bounded
from digitlens.files.lfs import LFS_POINTER, is_lfs_pointer
from digitlens.files.naming import shown

IMAGES, LABELS = "images", "labels"
_KIND = re.compile(r"image|img|label|idx3|idx1|idx2")
_PART = re.compile("|".join(PARTS))
_IDX = re.compile(r"[.-]idx[123]?(?:$|[.-])|ubyte")
_ANY = re.compile(r"[^.]+(\.bin)?(\.gz)?")  # a name that says no other format
_INSIDE = ("raw", "gzip", *(f"{known.torchvision}/raw" for known in CATALOGUE.values()))


Files = dict[tuple[str, str], Path]  # the files of one data set, by part ("train", "valid", "test") and kind


def find_sets(place: Path) -> dict[str, Files]:
    """The IDX files in a folder, data set by data set, or those of the set that a file belongs to; nothing is opened.

    The key is what the names of the files begin with, before they say what they are.
    """
    folder = place if os.path.isdir(place) else place.parent  # noqa: PTH112 - Path.is_dir raises an error for long names
    for inside in ("", *_INSIDE):
        found: dict[str, Files] = {}
        for path in _idx_files(folder / inside):  # the packed file comes after its unpacked twin, and counts
            begin, part, kind = _named(path.name)
            found.setdefault(begin, {})[part, kind] = path
        if found:
            begin = "" if folder == place else _named(place.name)[0]
            return found if folder == place else {begin: found[begin]} if begin in found else {}
    return {}


def lacking(files: Files) -> str:
    """What a data set lacks, in words; empty for two files or four."""
    for (part, kind), path in files.items():
        other = LABELS if kind == IMAGES else IMAGES
        if (part, other) not in files:
            return f"the {other} beside {shown(path)}"
    return "" if any(part == "train" for part, _ in files) else "the images to learn from"


def load_set(place: Path, known: KnownSet | None = None) -> DataSet:
    """The images and labels of one data set's IDX files. known: which they are, where that is certain.

    Raises DataError, which says what is missing or damaged, and where there are several sets.
    """
    sets = find_sets(place)
    if known is not None:
        sets = {begin: files for begin, files in sets.items() if begin == _letters(known.begins)}
    if len(sets) != 1:
        names = ", ".join(shown(next(iter(files.values()))) for files in sets.values()) or "none"
        raise DataError(f"{shown(place)} wants IDX files of one data set, got {len(sets)} ({names}); name one file")
    (begin,), (files,) = sets, sets.values()
    if lack := lacking(files):
        raise DataError(f"{shown(place)} lacks {lack}; put them there")
    contents, problems = {}, []
    right: list[KnownSet | None] = []
    for which, path in sorted(files.items(), reverse=True):
        try:
            came = read_bounded(path, idx.MOST)
            if is_lfs_pointer(came):
                raise IdxError(f"this is {LFS_POINTER}")
            right.append(_whose(came, path))
            contents[which] = idx.unpacked(came)
        except IdxError as error:
            problems.append(f"{shown(path)}: {error}")
        except FileError as error:
            problems.append(str(error))
    if not problems:
        try:
            return _data_set(files, contents, known or _recognised(begin, files, right), all(right))
        except DataError as error:
            problems.append(str(error))
    raise DataError(f"the IDX files in {shown(place)} are not usable:\n  " + "\n  ".join(problems))


def _data_set(
    files: Files, contents: dict[tuple[str, str], idx.Bytes], known: KnownSet | None, verified: bool
) -> DataSet:
    parts = {part: _digits(contents[part, IMAGES], contents[part, LABELS], known) for part, _ in contents}
    training, test = joined(parts)
    folder = next(iter(files.values())).parent
    largest = max(int(half.digits.max(initial=0)) for half in (training, test))
    classes = read_names(folder) or (known.classes if known else tuple(map(str, range(max(len(DIGITS), largest + 1)))))
    if largest >= len(classes):
        raise IdxError(f"{largest} is a label, and there are {len(classes)} classes; name all in {NAMES}")
    if known is None:
        return DataSet(folder.resolve().name, f"IDX files in {shown(folder)}", training, test, classes)
    proved = f"verified by the hashes of {known.hashes}" if verified else "whose bytes were not verified"
    return DataSet(known.name, f"{known.title} in {shown(folder)}, {proved}", training, test, classes)


def _digits(images: idx.Bytes, labels: idx.Bytes, known: KnownSet | None) -> Digits:
    pictures, numbers = idx.images(images), idx.many_labels(labels)
    if len(pictures) != len(numbers):
        raise IdxError(f"every picture wants a label, got {len(pictures):,} pictures and {len(numbers):,} labels")
    if known is not None and known.turned:
        pictures = np.ascontiguousarray(pictures.transpose(0, 2, 1))
        pictures.flags.writeable = False
    if known is not None and known.first_label:
        if numbers.min() < known.first_label:
            raise IdxError(f"labels of {known.title} are {known.first_label} and more, got {numbers.min()}")
        numbers = numbers - np.uint8(known.first_label)
    return Digits(pictures, numbers)


def _whose(packed: bytearray, path: Path) -> KnownSet | None:
    """The data set of the catalogue that has this file, by its published hash."""
    for known in CATALOGUE.values():
        for file in known.files:
            if file.name == path.name and len(packed) <= file.most and file.is_right(packed):
                return known
    return None


def _recognised(begin: str, files: Files, right: list[KnownSet | None]) -> KnownSet | None:
    """Which data set of the catalogue these files are, if they are one."""
    if any(right):
        if len(set(right)) > 1:
            titles = " and ".join(sorted(known.title for known in set(right) if known))
            raise IdxError(f"some of these files are {titles}'s, and the others are of another set, or damaged")
        return right[0]
    within = next(iter(files.values())).parent.parts[-2:]
    for known in CATALOGUE.values():
        if known.begins and begin == _letters(known.begins):
            return known
        if not known.begins and not begin and known.files and known.torchvision in within:
            return known
    return None


def _idx_files(folder: Path) -> list[Path]:
    """What looks like an IDX file, by its name; it may lie in a folder of its own name, as Kaggle's archive has it."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - Path.iterdir raises an error where a name is too long
    except (OSError, ValueError):
        return []
    kinds = [name for name in names if _KIND.search(name.lower())]
    there = {_named(name) for name in kinds}
    both = {(begin, part) for begin, part, kind in there if {(begin, part, IMAGES), (begin, part, LABELS)} <= there}
    paths = [
        folder / name
        for name in kinds
        if _IDX.search(name.lower()) or (_named(name)[:2] in both and _ANY.fullmatch(name.lower()))
    ]
    flat = [path / path.name if os.path.isdir(path) else path for path in paths]  # noqa: PTH112 - the same
    return [path for path in flat if os.path.isfile(path)]  # noqa: PTH113 - the same


def _named(name: str) -> tuple[str, str, str]:
    """What a file's name says: whose it is, which part, and which kind."""
    plain = name.lower().removesuffix(".gz")
    part, kind = _PART.search(plain), _KIND.search(plain)
    begin = plain[: min(found.start() for found in (part, kind) if found)] if part or kind else plain
    labels = kind is not None and kind[0] in ("label", "idx1", "idx2")
    return _letters(begin), PARTS[part[0]] if part else "train", LABELS if labels else IMAGES


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
