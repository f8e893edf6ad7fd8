"""The pictures that a command is given: files, standard input, and the examples that ship."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from digitlens.errors import FileError

if TYPE_CHECKING:
    from digitlens.reading.folders import NamedPicture
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading


def read_one(reader: Reader, path: str) -> Reading:
    """The Reading of one picture, or of standard input for -. Raises what Reader.read() raises, and FileError."""
    return reader.read(picture_at(path))


def picture_at(path: str) -> str | bytes:
    """What a Reader is given for a path: the bytes of standard input for -. Raises FileError."""
    return _standard_input() if path == "-" else path


def with_pages(paths: Iterable[str]) -> Iterator[str | NamedPicture]:
    """The same, with each page of a document on standard input in place of its -."""
    from digitlens.digits.preparation.documents import DocumentPage, page_count
    from digitlens.reading.folders import NamedPicture

    for path in paths:
        if path != "-":
            yield path
            continue
        try:
            data = _standard_input()
        except FileError as error:
            yield NamedPicture(path, None, str(error))
            continue
        count = page_count(data)
        if count == 1:
            yield NamedPicture(path, data)
        yield from (NamedPicture(f"-#page={i}", DocumentPage(data, i)) for i in range(1, count + 1) if count > 1)


def example(digit: int) -> str:
    """The path of the example drawing of that digit. Raises FileError where there is none."""
    from digitlens.digits.sources.examples import example_files

    for path in example_files():
        if path.stem == str(digit):
            return str(path)
    raise FileError("the example drawings are missing from this installation; install digitlens again")


def _standard_input() -> bytes:
    """A picture's bytes from standard input; one more than the limit is enough to see that there are too many."""
    from digitlens.digits.preparation.decode import bytes_of
    from digitlens.errors import PictureError

    advice = "give it a picture: digitlens read - < seven.png"
    if sys.stdin is None or sys.stdin.closed:
        raise FileError(f"standard input is closed; {advice}")
    if sys.stdin.isatty():
        raise FileError(f"standard input is the keyboard; {advice}")
    try:
        return bytes_of(sys.stdin.buffer)
    except PictureError as error:
        raise FileError(f"standard input: {error}; {advice}") from error
