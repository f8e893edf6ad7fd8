"""Your own labelled pictures: a folder with one sub-folder for each class, named as the class is.

    letters/a/*.png, letters/b/*.png, ...                  or already split: letters/train/a/*.png, letters/test/a/*.png

The parts may also be called training and testing, and there may be val, valid or validation: it is learned from, too,
or is the test where there is no other. A part without sub-folders, such as the unlabelled test of a competition, is
left out. A file classes.txt names the classes in their order, a line each; its sub-folders may then be called class0,
class1, ..., where a name is none that a folder can have.

Which size the images have:

- pictures that are images of ink already are taken as they are: black is nothing, white full ink. They all have one
  size, at most 64×64 pixels, and are light on dark; and their classes are not digits
- all other pictures are framed to 28×28, as one that is to be read
- those that `digitlens data --write` wrote are taken as they are: a file images.txt says so
- a size that is asked for is the size they get: 28×28 by framing, any other by laying the whole picture onto it, if it
  does not have that size already

Where there is no split, about one picture in six is kept for testing; which ones, the SHA-256 of their names decides:
the same ones on every machine, and, but for very small classes, also after others were added.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import (
    DIGIT_SHAPE,
    DIGITS,
    LARGEST_SIDE,
    MOST_CLASSES,
    PAPER,
    DataSet,
    Digits,
    light_paper,
    shape_name,
)
from digitlens.digits.preparation.containers import open_container
from digitlens.digits.preparation.decode import decode
from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.class_names import FILE as NAMES
from digitlens.digits.sources.class_names import read_names
from digitlens.digits.sources.parts import PARTS
from digitlens.errors import DataError, FileError, PictureError, ShapeError, UsageError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown, why

MOST_PICTURES = 100_000
MOST_BYTES = 5 * 2**20  # in one picture
_ONE_IN = 6  # one picture in so many is kept for testing
_ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}
AS_THEY_ARE = "images.txt"  # a file beside the sub-folders whose pictures are taken as they are
_SOUND = re.compile(r"[^\W_][\w +=,@-]{0,59}(?<! )|[+=@-]")  # a name that a folder may have on every system
_UNSOUND = {*PARTS, "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_ADVICE = "make one sub-folder for each class, such as 0, 1, … 9, and put its pictures there"

Labelled = list[tuple[int, Path]]  # the number of a class, and a picture of it


def load_folder(
    folder: str | os.PathLike[str],
    size: tuple[int, int] | None = None,
    most: int = MOST_PICTURES,
    framing: int = FRAMING_VERSION,
) -> DataSet:
    """Labelled pictures as images: `classes` are the names of the sub-folders, 2 to 256 of them, 2 before 10.

    size: rows and columns of each image; None: as the top of this file says
    most: pictures in the whole folder
    framing: NOT_FRAMED: pictures for which 28×28 is asked are laid onto it as onto any other size

    A picture that cannot be read is left out, and `source` says how many were and why the first one was. Raises
    DataError unless every class has a picture to learn from and the whole at least one to be tested on, or if there are
    more than `most`; UsageError for a size beyond 64×64.
    """
    if size is not None and not all(1 <= side <= LARGEST_SIDE for side in size):
        largest = shape_name((LARGEST_SIDE, LARGEST_SIDE))
        raise UsageError(f"size: 1×1 to {largest} pixels, got {shape_name(size)}")
    place = Path(folder)
    if parts := _parts(place):
        training_folders, test_folders = parts
        folders, classes = _classes(training_folders[0], read_names(place))
        for part in (*training_folders[1:], *test_folders):
            if strange := set(_folders(part)) - set(folders):
                raise DataError(
                    f"{shown(place)} has in {part.name} what it does not learn: {', '.join(sorted(strange))}; "
                    "give all parts the same sub-folders"
                )
        learning = [one for part in training_folders for one in _labelled(part, folders)]
        testing = [one for part in test_folders for one in _labelled(part, folders)]
        if not test_folders:
            learning, testing = _split(learning)
    else:
        folders, classes = _classes(place, read_names(place))
        learning, testing = _split(_labelled(place, folders))
    if len(learning) + len(testing) > most:
        raise DataError(f"{shown(place)} holds more than {most:,} pictures; choose some of them")
    unreadable: list[str] = []
    halves = None
    if (place / AS_THEY_ARE).is_file():
        halves = _as_they_are(learning, unreadable), _as_they_are(testing, unreadable)
    if halves is not None and size in (None, halves[0].image_shape):
        training, test = halves
    else:
        unreadable.clear()
        size = size or _size(classes, learning + testing)
        training, test = (_read(part, size, unreadable, framing) for part in (learning, testing))
    _check(place, classes, training, test, unreadable)
    source = f"{len(training) + len(test):,} labelled pictures in {shown(place)}"
    if unreadable:
        source += f"; {len(unreadable):,} could not be read, the first: {unreadable[0]}"
    return DataSet(place.resolve().name, source, training, test, tuple(classes))


def holds_classes(folder: Path) -> bool:
    """Does this folder look like labelled pictures? Two sub-folders at least, or train; nothing is opened."""
    try:
        return len(_folders(folder)) >= 2 or _parts(folder) is not None
    except DataError:
        return False


def _parts(folder: Path) -> tuple[list[Path], list[Path]] | None:
    """The folders to learn from, and the one to be tested on, if there is one; None where the sub-folders are classes.

    What is kept for validation is learned from as well, as a recipe holds out images of its own; without a test folder
    it is the test. A part without classes is none.
    """
    named = {PARTS.get(name.lower(), ""): folder / name for name in _folders(folder)}
    if len(named) != len(_folders(folder)) or not set(named) <= {*PARTS.values()} or "train" not in named:
        return None
    train = named.pop("train")
    others = {part: path for part, path in named.items() if _folders(path)}
    if "test" in others:
        return [train, *([others["valid"]] if "valid" in others else [])], [others["test"]]
    return ([train], list(others.values())) if others or len(_folders(train)) >= 2 else None


def _folders(folder: Path) -> list[str]:
    """The names of the sub-folders, in the order of people: 2 before 10."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__"))]
    except (OSError, ValueError) as error:
        raise DataError(
            f"labelled pictures were looked for in {shown(folder)}: {why(error)}; check the path"
        ) from error
    return sorted(names, key=_natural)


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """What to sort names by: runs of decimals as numbers, the rest as text."""
    pieces = re.split(r"([0-9]+)", name.casefold())
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces if piece], name


def folder_names(classes: Sequence[str]) -> tuple[str, ...]:
    """What to call the sub-folders of these classes: as the classes, if every system can tell such names apart.

    >>> folder_names(["cat", "dog"]), folder_names(["A", "a"])
    (('cat', 'dog'), ('class0', 'class1'))
    """
    sound = all(_SOUND.fullmatch(name) and name.lower() not in _UNSOUND for name in classes)
    if sound and len({name.lower() for name in classes}) == len(classes):
        return tuple(classes)
    return tuple(f"class{number}" for number in range(len(classes)))


def _classes(folder: Path, listed: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """The sub-folders of the classes, and the names of these. DataError unless there are 2 to 256.

    listed: the names in classes.txt, in whose order the classes are.
    """
    folders = _folders(folder)
    if not 2 <= len(folders) <= MOST_CLASSES:
        raise DataError(
            f"{shown(folder)} wants 2 to {MOST_CLASSES} sub-folders of labelled pictures, got {len(folders)}; {_ADVICE}"
        )
    if listed is None:
        return folders, folders
    numbered = [f"class{number}" for number in range(len(listed))]
    for known in (list(listed), numbered):
        if set(folders) <= set(known):
            return known, list(listed)
    strange = next(name for name in folders if name not in listed)
    raise DataError(f"{shown(folder)} has the sub-folder {shown(strange)}, which {NAMES} does not name; add it there")


def _labelled(folder: Path, classes: Sequence[str]) -> Labelled:
    """Every picture of every class, in the order of classes and names."""
    return [(number, path) for number, name in enumerate(classes) for path in _pictures(folder / name)]


def _pictures(folder: Path) -> Iterator[Path]:
    """The picture files of one class, links that lead nowhere among them; a class that is not there has none."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if Path(entry.name).suffix.lower() in _ENDINGS]
    except FileNotFoundError:
        return
    except OSError as error:
        raise DataError(f"looking into {shown(folder)} failed: {why(error)}; check that it may be read") from error
    yield from (folder / name for name in sorted(names, key=_natural))


def _split(labelled: Labelled) -> tuple[Labelled, Labelled]:
    """To learn from, and to be tested on, by a hash of each name; where a class has two, there is one of each."""
    learning: Labelled = []
    testing: Labelled = []
    for number in sorted({number for number, _ in labelled}):
        mine = sorted((item for item in labelled if item[0] == number), key=lambda item: _draw(item[1].name))
        kept = sum(_draw(path.name) < 1 / _ONE_IN for _, path in mine)
        kept = min(max(kept, 1), len(mine) - 1)
        testing += mine[:kept]
        learning += mine[kept:]
    return sorted(learning), sorted(testing)


def _draw(name: str) -> float:
    """0 to 1, decided by a file's name alone."""
    return int.from_bytes(hashlib.sha256(os.fsencode(name)).digest()[:6], "big") / 2**48


def _size(classes: Sequence[str], labelled: Labelled) -> tuple[int, int]:
    """The size that all pictures have in common, if they are images of ink already; else that of framed digits."""
    if set(classes) <= set(DIGITS):
        return DIGIT_SHAPE
    common: tuple[int, int] | None = None
    some: list[NDArray[np.uint8]] = []  # of them, to see how light their paper is
    for _, path in labelled:
        try:
            data = bytes(read_bounded(path, MOST_BYTES))
            outline = open_container(data)
            shape = outline.height, outline.width
            if outline.orientation > 4:  # a photo that was taken with the camera on its side
                shape = outline.width, outline.height
            if max(shape) > LARGEST_SIDE or shape != (common or shape):
                return DIGIT_SHAPE
            common = shape
            if len(some) < PAPER:
                some.append(decode(data).grey.astype(np.uint8, copy=False))  # of a file it is uint8
        except (PictureError, FileError):
            continue  # it is left out, and told, when all are read
    return common if common and some and not light_paper(np.stack(some)) else DIGIT_SHAPE


def _as_they_are(labelled: Labelled, unreadable: list[str]) -> Digits:
    """The pixels of the pictures, which all have one size; in the order of the names of their files."""
    images: list[NDArray[Any]] = []
    numbers = []
    for number, path in sorted(labelled, key=lambda item: _natural(item[1].name)):
        try:
            image = decode(bytes(read_bounded(path, MOST_BYTES))).grey
            if images and image.shape != images[0].shape:
                raise PictureError(f"another size than the first, which has {shape_name(images[0].shape)}")
        except (PictureError, FileError) as error:
            unreadable.append(str(error) if isinstance(error, FileError) else f"{shown(path)}: {error}")
        else:
            images.append(image)
            numbers.append(number)
    stacked = np.stack(images) if images else np.zeros((0, *DIGIT_SHAPE), np.uint8)
    return Digits(stacked.astype(np.uint8, copy=False), np.array(numbers, np.uint8))


def _read(labelled: Labelled, size: tuple[int, int], unreadable: list[str], framing: int) -> Digits:
    """The pictures as images of that size; those that cannot be read are told in `unreadable`."""
    images, numbers = [], []
    for number, path in labelled:
        try:
            prepared = prepare(bytes(read_bounded(path, MOST_BYTES)), shape=size, framing=framing)
            if not prepared.ink_found:
                raise PictureError("too little ink to be read")
        except (PictureError, ShapeError, FileError) as error:
            unreadable.append(str(error) if isinstance(error, FileError) else f"{shown(path)}: {error}")
        else:
            images.append(np.rint(prepared.image * 255).astype(np.uint8))
            numbers.append(number)
    stacked = np.stack(images) if images else np.zeros((0, *size), np.uint8)
    return Digits(stacked, np.array(numbers, np.uint8))


def _check(place: Path, classes: Sequence[str], training: Digits, test: Digits, unreadable: Sequence[str]) -> None:
    """DataError unless there is enough to learn from and to be tested on."""
    reason = f"; {len(unreadable):,} could not be read, the first: {unreadable[0]}" if unreadable else ""
    for number, name in enumerate(classes):
        if not (training.digits == number).any():
            raise DataError(f"{shown(place)} has no picture of {shown(name)} to learn from{reason}; {_ADVICE}")
    if not len(test):
        raise DataError(f"{shown(place)} has no picture to be tested on{reason}; add some more pictures")
