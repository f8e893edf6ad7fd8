"""The networks that ship with the package, by name. Any other name is the path of a file."""

from __future__ import annotations

import os
from pathlib import Path

from digitlens.checks import check_type
from digitlens.errors import FileError
from digitlens.files.naming import shown
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import exists, from_bytes, load

SUFFIX = ".digitlens"
FOREIGN = (".npz", ".onnx")  # how files of other programs end, see foreign.py
FOLDER = Path(__file__).with_name("networks")


def names() -> list[str]:
    """The names of the networks that ship, sorted."""
    return sorted(file.name.removesuffix(SUFFIX) for file in FOLDER.glob(f"*{SUFFIX}"))


def open_reader(network: str | Path = "video") -> Reader:
    """The reader of a network that ships, such as "video", of a model file, or of another program's .npz or .onnx file.

    Raises FileError if there is neither, ModelFileError for a file that is not a model file.
    """
    name = str(network)
    if isinstance(network, str) and name in names():
        return from_bytes((FOLDER / f"{name}{SUFFIX}").read_bytes())
    if not exists(name):
        raise FileError(
            f"there is no network {shown(name)}: name one that ships ({', '.join(names())}) or a file that "
            "`digitlens train --out FILE` wrote"
        )
    if Path(network).suffix.lower() in FOREIGN:
        from digitlens.storage.foreign import load_foreign

        return load_foreign(network)
    return load(network)


def reader_for(who: str, network: str | Path | Reader) -> Reader:
    """A Reader as it is, or that of a name or a file. Raises UsageError for anything else, and what open_reader() does.

    who: the function that was given it.
    """
    if isinstance(network, Reader):
        return network
    check_type(who, "network", network, (str, os.PathLike), "a name, a model file or a Reader")
    return open_reader(network)
