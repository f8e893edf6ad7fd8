"""Names of classes in a file of their own, classes.txt: a line each, that of class 0 first."""

from __future__ import annotations

import os
from pathlib import Path

from digitlens.digits.dataset import check_classes
from digitlens.errors import DataError, FileError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown

FILE = "classes.txt"
_MOST = 64 * 1024  # bytes of the file


def read_names(folder: Path) -> tuple[str, ...] | None:
    """The names in a folder's classes.txt; None where there is none. Raises DataError for what are no names."""
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    try:
        lines = bytes(read_bounded(path, _MOST)).decode("utf-8-sig").splitlines()
    except (FileError, UnicodeDecodeError) as error:
        raise DataError(f"{shown(path)} is no list of names: {str(error)[:200]}; write a name a line") from error
    names = tuple(line.strip() for line in lines if line.strip())
    try:
        check_classes(names)
    except DataError as error:
        raise DataError(f"{shown(path)}: {error}") from error
    return names


def names_file(classes: tuple[str, ...]) -> tuple[str, bytes]:
    """The file that read_names() reads: its name, and its bytes."""
    return FILE, "".join(f"{name}\n" for name in classes).encode()
