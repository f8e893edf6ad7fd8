"""The pictures that a command is given: files, folders of files, standard input, and the examples that ship."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitlens.errors import DataError, FileError

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")  # what of a folder is taken for a picture


def pictures_in(path: str) -> list[str]:
    """A file as it is; a folder as the pictures in it and in its sub-folders, in the order of their names.

    A folder without any stays what it is, and is answered with an error in its place.
    """
    if path == "-" or not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
        return [path]
    found = [str(Path(folder, name)) for folder, _, names in os.walk(path) for name in names]
    return sorted(name for name in found if name.lower().endswith(SUFFIXES)) or [path]


def read_one(reader: Reader, path: str) -> Reading:
    """The Reading of one picture, or of standard input for -. Raises what Reader.read() raises, and FileError."""
    return reader.read(picture_at(path))


def picture_at(path: str) -> str | bytes:
    """What a Reader is given for a path: the bytes of standard input for -. Raises FileError."""
    return _standard_input() if path == "-" else path


def example(digit: int) -> str:
    """The path of the example drawing of that digit. Raises FileError where there is none."""
    from digitlens.digits.sources.examples import example_files

    for path in example_files():
        if path.stem == str(digit):
            return str(path)
    raise FileError("the example drawings are missing from this installation; install digitlens again")


def answer_for(reader: Reader, path: str) -> dict[str, Any]:
    """What is printed of one picture as JSON."""
    ((_, answer),) = answers(reader, [path])
    return {"path": path, "error": answer} if isinstance(answer, str) else answer.to_json() | {"path": path}


def page_answer_for(reader: Reader, path: str) -> dict[str, Any]:
    """What is printed of one page as JSON; `error` says why a file is none."""
    from digitlens.files.naming import printable, shown

    if os.path.isdir(path):  # noqa: PTH112 - as in pictures_in()
        return {"path": path, "error": f"no pictures in the folder {shown(path)}"}
    try:
        return reader.read_page(picture_at(path)).to_json() | {"path": path}
    except (DataError, FileError) as error:
        return {"path": path, "error": printable(str(error))}


def answers(reader: Reader, paths: list[str]) -> Iterator[tuple[str, Reading | str]]:
    """For each path the Reading, or what is to be said of a file that is none; one after the other."""
    from digitlens.files.naming import shown

    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - as in pictures_in()
            yield path, f"no pictures in the folder {shown(path)}; wanted files that end in {', '.join(SUFFIXES)}"
            continue
        try:
            yield path, read_one(reader, path)
        except (DataError, FileError) as error:
            yield path, str(error)


def _standard_input() -> bytes:
    """A picture's bytes from standard input; one more than the limit is enough to see that there are too many."""
    from digitlens.digits.preparation.decode import MAX_BYTES
    from digitlens.files.naming import why

    advice = "give it a picture: digitlens read - < seven.png"
    if sys.stdin is None or sys.stdin.closed:
        raise FileError(f"standard input is closed; {advice}")
    if sys.stdin.isatty():
        raise FileError(f"standard input is the keyboard; {advice}")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"reading standard input failed: {why(error)}; {advice}") from error
