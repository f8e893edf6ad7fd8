"""Where digits come from: the first of these places that is named or filled, and never a quiet swap for another.

1. what the user names (--data): a folder of MNIST's four files, a folder of labelled pictures, a file of packed digits
   (see packed.py), "pen", "pen-small": the first 20,000 and 2,000 of those, which a page trains on in its tab, "mnist",
   or "mnist+pen": MNIST, and as much again as it holds to learn from in the ways of writing of other countries
2. DIGITLENS_DATA, a folder of either kind
3. the user's cache, where a download has left MNIST
4. a download, unless offline

A place that was named and does not hold digits is an error. Only an empty cache leads on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.mnist import FILES, load_mnist, missing
from digitlens.digits.sources.packed import MOST, SUFFIX, unpack
from digitlens.errors import DataError
from digitlens.files import places
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown

VARIABLE = "DIGITLENS_DATA"
MIXED, SMALL_PEN = "mnist+pen", "pen-small"
NAMES = ("mnist", "pen", SMALL_PEN, MIXED)  # of digits that need no folder
SMALL_PEN_FILE = Path(__file__).parents[2] / "web" / "train" / "data" / "pen.digits"  # where a page finds it, too
_MNIST, _PICTURES, _PACKED = "MNIST", "labelled pictures", "packed digits"
_OTHERWISE = (
    f"Name a folder with --data FOLDER or {VARIABLE}: MNIST's four files ({', '.join(file.name for file in FILES)}; as "
    "they are or as .gz), or one sub-folder of pictures for each class. Or use --data pen: digits written by a pen "
    "model, which need no download"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where digits may come from."""

    name: str  # "--data", "DIGITLENS_DATA", "cache", "download", "pen"
    where: str  # a folder, or what else tells a person where to look; empty if none is named
    holds: str  # what is there, in words; of files only the names are looked at, nothing is verified
    chosen: bool  # the digits would come from here; from two places for "mnist+pen"


def find_data(
    data: str | os.PathLike[str] | None = None,
    *,
    offline: bool = False,
    progress: Callable[[str, int, int | None], object] | None = None,
    size: tuple[int, int] | None = None,
) -> DataSet:
    """The digits that `data` names, or else the first that are found; see the top of this file for where.

    `None` takes whatever is found first, "mnist" takes MNIST alone, "pen" the pen digits, "pen-small" some of them,
    "mnist+pen" MNIST and pen digits. `progress` is called while downloading: name of the file, bytes done, bytes in all
    if known. With MNIST in the cache, no connection is opened. `size`: rows and columns of images from a folder of
    labelled pictures, see folders.py.
    Raises DataError (DownloadError among them) or FileError, and says what to do.
    """
    if data == "pen":
        from digitlens.digits.sources.pen_cache import pen_data

        return pen_data()
    if data == SMALL_PEN:
        return _load(SMALL_PEN_FILE, SMALL_PEN)
    if data == MIXED:
        from digitlens.digits.sources.mixture import with_pen

        return with_pen(find_data("mnist", offline=offline, progress=progress))
    if data is not None and data != "mnist":
        return _load(_path(data), "--data", size=size)
    if named := os.environ.get(VARIABLE):
        return _load(_path(named), VARIABLE, only_mnist=data == "mnist", size=size)
    cache = cache_folder()
    if cache is None:
        raise DataError(f"there is no home folder in which to keep MNIST, and {VARIABLE} is not set. {_OTHERWISE}")
    if not missing(cache):
        try:
            return load_mnist(cache)
        except DataError:  # damaged since it was downloaded
            if offline:
                raise
    if offline:
        raise DataError(f"MNIST is not in the cache ({shown(cache)}), and downloading is off (offline). {_OTHERWISE}")
    from digitlens.digits.sources.download import download_mnist  # brings the web with it, so not before it is needed

    download_mnist(cache, progress=progress)
    return load_mnist(cache)


def describe(data: str | os.PathLike[str] | None = None, *, offline: bool = False) -> tuple[Place, ...]:
    """Every place, what is there, and which one `find_data` would take with the same arguments; loads nothing.

    None is chosen where `find_data` would raise an error straight away.
    """
    named = _path(data) if data is not None and data not in NAMES else None
    variable = os.environ.get(VARIABLE, "")
    cache = cache_folder()
    left = set() if cache is None else set(missing(cache))
    written = data in ("pen", SMALL_PEN)
    searched = named is None and not written and not variable  # nobody named a place, so the cache is asked
    full = cache is not None and not left
    only = data in ("mnist", MIXED)
    set_right = bool(variable) and (data is None or only) and _holds(_path(variable), only)
    return (
        Place("--data", str(named or ""), _told(named), named is not None and _holds(named)),
        Place(VARIABLE, variable, _told(_path(variable) if variable else None), set_right),
        Place("cache", str(cache or ""), _told_cache(cache, len(left)), searched and full),
        Place(
            "download",
            "several mirrors",
            "off (offline)" if offline else "MNIST, 11 MB",
            searched and not full and cache is not None and not offline,
        ),
        Place("pen", "", "digits written by a pen model, always there", data in ("pen", SMALL_PEN, MIXED)),
    )


def cache_folder() -> Path | None:
    """Where a download leaves MNIST; None where there is no home folder and nothing else says."""
    return places.cache_folder("mnist")


def _load(place: Path, name: str, only_mnist: bool = False, size: tuple[int, int] | None = None) -> DataSet:
    """The digits in a folder that was named; DataError, with the name under which it was, if there are none."""
    try:
        if only_mnist or _kind(place) == _MNIST:
            return load_mnist(place)
        if _kind(place) == _PICTURES:
            from digitlens.digits.sources.folders import load_folder  # brings picture reading with it

            return load_folder(place, size)
        if _kind(place) == _PACKED:
            return unpack(bytes(read_bounded(place, MOST)))
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    raise DataError(f"{name} names {shown(place)}: {_told(place)}. {_OTHERWISE}")


def _path(named: str | os.PathLike[str]) -> Path:
    """A folder as the user wrote it, with ~ for home, which no shell has replaced in a variable."""
    return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser raises an error where there is no home


def _kind(folder: Path) -> str | None:
    """What a folder seems to hold, by names alone."""
    if folder.suffix == SUFFIX and os.path.isfile(folder):  # noqa: PTH113 - as below
        return _PACKED
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
        return None
    if len(missing(folder)) < len(FILES):
        return _MNIST
    from digitlens.digits.sources.folders import holds_classes

    return _PICTURES if holds_classes(folder) else None


def _holds(folder: Path, only_mnist: bool = False) -> bool:
    """Would find_data take this folder?"""
    return _kind(folder) in ((_MNIST,) if only_mnist else (_MNIST, _PICTURES, _PACKED))


def _told(folder: Path | None) -> str:
    """What a folder seems to hold, for people."""
    if folder is None:
        return "not named"
    if _kind(folder) == _PACKED:
        return _PACKED
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
        return "no folder"
    lacking = missing(folder)
    if lacking and len(lacking) < len(FILES):
        return f"MNIST without {', '.join(lacking)}"
    return _kind(folder) or "neither MNIST nor sub-folders of pictures"


def _told_cache(cache: Path | None, lacking: int) -> str:
    """What is in the cache, for people."""
    if cache is None:
        return "there is no home folder"
    return "MNIST" if not lacking else f"{len(FILES) - lacking} of MNIST's {len(FILES)} files"
