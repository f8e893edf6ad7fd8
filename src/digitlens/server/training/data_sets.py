"""The sets of digits that a page can train on: MNIST where it is, the pen digits always, one's own folder if named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from digitlens.digits.dataset import DIGIT_SHAPE, DIGITS, DataSet
from digitlens.digits.sources.find import cache_folder, describe, find_data
from digitlens.errors import DataError, UsageError

HOW = (
    "MNIST is not on this machine. Fetch it here (11 MB, kept in your cache), or name a folder that holds it in "
    "DIGITLENS_DATA and start the app again."
)
SIZES = {"mnist": (60_000, 10_000), "pen": (30_000, 5_000)}  # to learn from, to be tested on
Progress = Callable[[str, int, int | None], object]  # a file, bytes done, bytes in all if known


class DataSets:
    """By name, each loaded when it is first wanted, and kept. Nothing is downloaded unless somebody asks for it."""

    def __init__(self, folder: str = "", loaded: Mapping[str, DataSet] | None = None) -> None:
        """`folder`: of labelled pictures, offered as `folder`. `loaded`: sets that need not be looked for, by name.

        Raises DataError if there are no pictures in the folder.
        """
        self.folder = folder
        self._loaded = dict(loaded or {})
        self._locks = {name: threading.Lock() for name in self.names()}
        self._downloading = threading.Lock()
        if folder:
            self.load("folder")

    def names(self) -> list[str]:
        """The best first."""
        return ["mnist", "pen", *(["folder"] if self.folder else [])]

    def default(self) -> str:
        """What is trained on if nobody chooses: one's own folder, MNIST, or else the pen digits."""
        return "folder" if self.folder else "mnist" if self.here("mnist") else "pen"

    def here(self, name: str) -> bool:
        """Whether these could be loaded, judged by the names of files."""
        return name in self._loaded or name != "mnist" or any(place.chosen for place in describe("mnist", offline=True))

    def named(self, name: str) -> str:
        """The same for `digitlens train --data`; empty where it need not be said."""
        return {"mnist": "", "folder": self.folder}.get(name, name)

    def load(self, name: str) -> DataSet:
        """The digits; takes a while the first time. Raises DataError, UsageError for a name that there is not."""
        if name not in self._locks:
            raise UsageError(f"one of {', '.join(self.names())}, got {name[:40]!r}")
        with self._locks[name]:
            if name not in self._loaded:
                if not self.here(name):
                    raise DataError(HOW)
                self._loaded[name] = find_data(self.named(name) or name, offline=True)
            return self._loaded[name]

    def classes(self, name: str) -> tuple[str, ...]:
        """The names of its classes."""
        known = self._loaded.get(name)
        return known.classes if known else DIGITS

    def image_shape(self, name: str) -> tuple[int, int]:
        """Rows and columns of its images."""
        known = self._loaded.get(name)
        return known.image_shape if known else DIGIT_SHAPE

    def training(self, name: str) -> int:
        """How many there are to learn from."""
        known = self._loaded.get(name)
        return len(known.training) if known else SIZES[name][0]

    def to_json(self) -> list[dict[str, Any]]:
        """Which there are, for a page to choose from."""
        default, listed = self.default(), list[dict[str, Any]]()
        for name in self.names():
            known, (rows, columns) = self._loaded.get(name), self.image_shape(name)
            listed.append(
                {
                    "name": name,
                    "here": self.here(name),
                    "default": name == default,
                    "training": self.training(name),
                    "test": len(known.test) if known else SIZES[name][1],
                    "classes": len(self.classes(name)),
                    "rows": rows,
                    "columns": columns,
                    "source": known.source if known else "",
                    "how": "" if self.here(name) else HOW,
                }
            )
        return listed

    def download(self, progress: Progress) -> None:
        """Fetch MNIST into the user's cache. Raises DownloadError or FileError; UsageError where that is under way."""
        if not self._downloading.acquire(blocking=False):
            raise UsageError("MNIST is being fetched already")
        try:
            cache = cache_folder()
            if cache is None:
                raise DataError("there is no home folder in which to keep MNIST")
            from digitlens.digits.sources.download import download_mnist  # brings the web with it

            download_mnist(cache, progress=progress)
        finally:
            self._downloading.release()
