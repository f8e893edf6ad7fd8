"""Where digits come from: the first of these places that is named or filled, and never a quiet swap for another.

1. what the user names (--data): a file or folder in one of the forms that named_path.py knows, "pen", "pen-small": the
   first 20,000 and 2,000 of those, which a page trains on in its tab, the name of a data set in catalogue.py, such as
   "mnist" or "fashion-mnist", or "mnist+pen": MNIST, and as much again as it holds to learn from in the ways of writing
   of other countries
2. DIGITLENS_DATA, such a file or folder
3. the user's cache, where a download has left MNIST
4. a download, unless offline

A place that was named and does not hold digits is an error. Only an empty cache leads on. Other sets of the catalogue
are looked for in DIGITLENS_DATA, if it holds them too, in the cache, and on the web.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.sources.catalogue import CATALOGUE, KnownSet
from digitlens.digits.sources.mnist import FILES, load_mnist, missing
from digitlens.digits.sources.named_path import MNIST, holds, is_another_set, kind_of, load_path, what_is_in
from digitlens.digits.sources.packed import unpack
from digitlens.errors import DataError
from digitlens.files import places
from digitlens.files.naming import shown

VARIABLE = "DIGITLENS_DATA"
MIXED, SMALL_PEN = "mnist+pen", "pen-small"
NAMES = ("mnist", "pen", SMALL_PEN, MIXED, *(name for name in CATALOGUE if name != "mnist"))  # that need no folder
SMALL_PEN_FILE = Path(__file__).parents[2] / "web" / "train" / "data" / "pen.digits"  # where a page finds it, too
_OTHERWISE = (
    f"Name a folder with --data FOLDER or {VARIABLE}: MNIST's four files ({', '.join(file.name for file in FILES)}; as "
    "they are or as .gz), or those of another set; one sub-folder of pictures for each class; .npz or .csv. Or use "
    "--data pen: digits written by a pen model, which need no download"
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
    framing: int = FRAMING_VERSION,
) -> DataSet:
    """The digits that `data` names, or else the first that are found; see the top of this file for where.

    `None` takes whatever is found first, "mnist" takes MNIST alone, "pen" the pen digits, "pen-small" some of them,
    "mnist+pen" MNIST and pen digits, "fashion-mnist" and other names of the catalogue that set. `progress` is called
    while downloading: name of the file, bytes done, bytes in all if known. With the files in the cache, no connection
    is opened. `size`: rows and columns of images from a folder of labelled pictures, see folders.py, and of rows of
    numbers. `framing`: of pictures in such a folder, with `size`: those of the network that is to see them.
    Raises DataError (DownloadError among them) or FileError, and says what to do.
    """
    if data == "pen":
        from digitlens.digits.sources.pen_cache import pen_data

        return pen_data()
    if data == SMALL_PEN:
        return unpack(SMALL_PEN_FILE.read_bytes())
    if data == MIXED:
        from digitlens.digits.sources.mixture import with_pen

        return with_pen(find_data("mnist", offline=offline, progress=progress))
    if data in CATALOGUE and data != "mnist":
        return _known(CATALOGUE[str(data)], offline, progress)
    if data is not None and data != "mnist":
        return _load(_path(data), "--data", size=size, framing=framing)
    if named := os.environ.get(VARIABLE):
        return _load(_path(named), VARIABLE, only_mnist=data == "mnist", size=size, framing=framing)
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
    set_right = bool(variable) and (data is None or only) and holds(_path(variable), only_mnist=only)
    return (
        Place("--data", str(named or ""), _told(named), named is not None and holds(named)),
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


def _known(known: KnownSet, offline: bool, progress: Callable[[str, int, int | None], object] | None) -> DataSet:
    """A data set of the catalogue other than MNIST."""
    if (variable := os.environ.get(VARIABLE)) and (here := _set_in(_path(variable), known)):
        return _loaded(here, known)
    cache = cache_of(known)
    if cache is None:
        raise DataError(f"there is no home folder in which to keep {known.title}; set HOME, or XDG_CACHE_HOME")
    if _set_in(cache, known):
        try:
            return _loaded(cache, known)
        except DataError:  # damaged since it was downloaded
            if offline:
                raise
    if offline:
        raise DataError(
            f"{known.title} is not in the cache ({shown(cache)}), and downloading is off (offline). Copy its files "
            f"there: {', '.join(known.names)}"
        )
    from digitlens.digits.sources.download import download_set

    download_set(known, cache, progress=progress)
    return _loaded(cache, known)


def _set_in(folder: Path, known: KnownSet) -> Path | None:
    """Where a folder holds all files of a set of the catalogue, as they are served: there, or as torchvision has it."""
    for inside in (".", "raw", "gzip", known.torchvision, f"{known.torchvision}/raw"):
        if all(os.path.isfile(folder / inside / name) for name in known.names):  # noqa: PTH113 - for long names
            return folder / inside
    return None


def _loaded(folder: Path, known: KnownSet) -> DataSet:
    if known.name == "usps":
        from digitlens.digits.sources.usps import load_usps

        return load_usps(folder)
    from digitlens.digits.sources.idx_set import load_set

    return load_set(folder, known)


def cache_of(known: KnownSet) -> Path | None:
    """Where a download leaves a data set of the catalogue; None where there is no home folder and nothing says."""
    return places.cache_folder(known.folder)


def in_cache(known: KnownSet) -> bool:
    """Whether all files of a data set are in the cache, by their names."""
    cache = cache_of(known)
    return cache is not None and (not missing(cache) if known.name == "mnist" else _set_in(cache, known) is not None)


def _load(
    place: Path,
    name: str,
    only_mnist: bool = False,
    size: tuple[int, int] | None = None,
    framing: int = FRAMING_VERSION,
) -> DataSet:
    """The digits in a place that was named; DataError, with the name under which it was, if there are none."""
    try:
        if only_mnist or kind_of(place) == MNIST:
            try:
                return load_mnist(place)
            except DataError:
                if only_mnist or not is_another_set(place):
                    raise
        if (data := load_path(place, size, framing)) is not None:
            return data
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    raise DataError(f"{name} names {shown(place)}: {_told(place)}. {_OTHERWISE}")


def _path(named: str | os.PathLike[str]) -> Path:
    """A folder as the user wrote it, with ~ for home, which no shell has replaced in a variable."""
    return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser raises an error where there is no home


def _told(folder: Path | None) -> str:
    """What a place seems to hold, for people."""
    return "not named" if folder is None else what_is_in(folder)


def _told_cache(cache: Path | None, lacking: int) -> str:
    """What is in the cache, for people."""
    if cache is None:
        return "there is no home folder"
    return "MNIST" if not lacking else f"{len(FILES) - lacking} of MNIST's {len(FILES)} files"
