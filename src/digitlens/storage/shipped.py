"""The networks that ship with the package, by name. Any other name is the path of a file."""

from __future__ import annotations

from pathlib import Path

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
