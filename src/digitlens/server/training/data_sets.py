"""The data sets that a page can train on: MNIST if it is on this machine, the pen digits, the folder of --data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from digitlens.digits.dataset import DIGIT_SHAPE, DIGITS, DataSet
from digitlens.digits.sources.find import cache_folder, describe, find_data
from digitlens.errors import DataError, UsageError

MNIST_MISSING = (
    "MNIST is not on this machine. Download it on this page (11 MB, into your cache), or name its folder in "
    "DIGITLENS_DATA and start the app again."
)
SIZES = {"mnist": (60_000, 10_000), "pen": (30_000, 5_000)}  # number of training and test digits
Progress = Callable[[str, int, int | None], object]  # a file, bytes done, bytes in all if known


class DataSets:
    """The data sets by name, loaded when first needed. Nothing is downloaded except by download()."""

    def __init__(self, folder: str = "", loaded: Mapping[str, DataSet] | None = None) -> None:
        """folder: of labelled images, offered as "folder"; "" for none. loaded: data sets that are loaded already.

        Raises DataError if the folder holds no images.
        """
        self.folder = folder
        self._loaded = dict(loaded or {})
        self._locks = {name: threading.Lock() for name in self.names()}
        self._downloading = threading.Lock()
        if folder:
            self.load("folder")

    def names(self) -> list[str]:
        """The names, the best first."""
        return ["mnist", "pen", *(["folder"] if self.folder else [])]

    def default(self) -> str:
        """The data set that is chosen at first: the folder, else MNIST, else the pen digits."""
        return "folder" if self.folder else "mnist" if self.available("mnist") else "pen"

    def available(self, name: str) -> bool:
        """Whether a data set could be loaded, judged by the names of files."""
        return name in self._loaded or name != "mnist" or any(place.chosen for place in describe("mnist", offline=True))

    def data_option(self, name: str) -> str:
        """The value of `digitlens train --data` for a data set; empty if it is the default."""
        return {"mnist": "", "folder": self.folder}.get(name, name)

    def load(self, name: str) -> DataSet:
        """A data set; slow the first time. Raises DataError, and UsageError for an unknown name."""
        if name not in self._locks:
            raise UsageError(f"one of {', '.join(self.names())}, got {name[:40]!r}")
        with self._locks[name]:
            if name not in self._loaded:
                if not self.available(name):
                    raise DataError(MNIST_MISSING)
                self._loaded[name] = find_data(self.data_option(name) or name, offline=True)
            return self._loaded[name]

    def classes(self, name: str) -> tuple[str, ...]:
        """The names of its classes."""
        loaded = self._loaded.get(name)
        return loaded.classes if loaded else DIGITS

    def image_shape(self, name: str) -> tuple[int, int]:
        """Rows and columns of its images."""
        loaded = self._loaded.get(name)
        return loaded.image_shape if loaded else DIGIT_SHAPE

    def training(self, name: str) -> int:
        """The number of training digits of a data set."""
        loaded = self._loaded.get(name)
        return len(loaded.training) if loaded else SIZES[name][0]

    def to_json(self) -> list[dict[str, Any]]:
        """The data sets for a page to choose from; docs/app.md lists the fields."""
        default, listed = self.default(), list[dict[str, Any]]()
        for name in self.names():
            loaded, (rows, columns) = self._loaded.get(name), self.image_shape(name)
            listed.append(
                {
                    "name": name,
                    "here": self.available(name),
                    "default": name == default,
                    "training": self.training(name),
                    "test": len(loaded.test) if loaded else SIZES[name][1],
                    "classes": len(self.classes(name)),
                    "rows": rows,
                    "columns": columns,
                    "source": loaded.source if loaded else "",
                    "how": "" if self.available(name) else MNIST_MISSING,
                }
            )
        return listed

    def download(self, progress: Progress) -> None:
        """Download MNIST into the user's cache. Raises DownloadError, FileError; UsageError during another download."""
        if not self._downloading.acquire(blocking=False):
            raise UsageError("MNIST is being downloaded already")
        try:
            cache = cache_folder()
            if cache is None:
                raise DataError("there is no home folder for the cache; set HOME, or XDG_CACHE_HOME, to a folder")
            from digitlens.digits.sources.download import download_mnist  # imports the modules for HTTP

            download_mnist(cache, progress=progress)
        finally:
            self._downloading.release()
