"""Pictures by the thousand, each read to plain values: here, on all cores, or on a cluster.

    for answer in read_pictures(reader, pictures_in("scans")):
        print(answer.path, answer.json.get("digit"), answer.error)

Paths are drawn as they can be read, and a worker reads the files itself, so that a folder may hold a million.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import ThreadpoolController

from digitlens.digits.preparation.documents import ENDINGS as DOCUMENTS
from digitlens.digits.preparation.documents import pages_in
from digitlens.errors import DataError, FileError, ShapeError
from digitlens.files.naming import printable, shown
from digitlens.parallel.tasks import Tasks
from digitlens.parallel.work import Control
from digitlens.reading.reader import Reader
from digitlens.reading.reading import Reading
from digitlens.reading.regions import Field, Region
from digitlens.reading.rows import Row, row, rows_of

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
SUFFIXES = (*PICTURES, *DOCUMENTS)  # what of a folder is taken for a picture
BLOCK = 64  # pictures a task, or what hands them out would take longer than to read them
WORTH_IT = {False: 1_000, True: 6}  # pictures, pages: a process needs the time of some of them to begin


@dataclass(frozen=True, slots=True)
class Answer:
    """What one picture was read as, small enough to be kept by the thousand: a Reading holds its picture."""

    path: str
    json: dict[str, Any]  # Reading.to_json() or Page.to_json() with its `path`, or a `path` and an `error`
    activations: tuple[float, ...] = ()  # of a Reading, not rounded
    confidence: float | None = None  # of a Reading, not rounded
    rows: tuple[Row, ...] = ()  # the same as rows of a table, at least one

    @property
    def error(self) -> str:
        """Why it could not be read; empty where it was."""
        error: str = self.json.get("error", "")
        return error


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What is asked of a page."""

    regions: tuple[Region, ...] = ()  # each is read by itself; none: the whole page is
    expect: str | tuple[str, ...] | None = None  # what each number is, see expectation.py
    by_field: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)  # the same for some regions

    def read(self, reader: Reader, picture: Any) -> Page | dict[str, Field]:
        """A page, or the fields of a form. Raises what Reader.read_page() raises."""
        if not self.regions:
            return reader.read_page(picture, expect=self.expect)
        expect = {one.name: self.by_field.get(one.name, self.expect) for one in self.regions}
        return reader.read_fields(
            picture, self.regions, expect={name: wanted for name, wanted in expect.items() if wanted is not None}
        )


@dataclass(frozen=True, slots=True, eq=False)
class NamedPicture:
    """A picture that is no file: bytes, an array or a Pillow image."""

    name: str  # what its answer is called
    picture: Any
    error: str = ""  # why it cannot be read, if that is known already


def failed(path: str, error: str) -> Answer:
    """The answer for a picture that could not be read."""
    return Answer(path, {"path": path, "error": error}, rows=(row(path, error=error),))


def pictures_in(path: str) -> Iterator[str]:
    """A file as it is; a folder as the pictures in it and in its sub-folders, in the order of their names.

    Each page of a document is a picture: scan.pdf#page=1, scan.pdf#page=2, ...
    Names are held of one folder at a time. A folder without any picture stays what it is.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
        yield from _pages(path)
        return
    found, folders = False, [(path, True)]
    while folders:
        place, is_folder = folders.pop()
        if is_folder:
            folders.extend(reversed(_in_folder(place)))
        else:
            found = True
            yield from _pages(place)
    if not found:
        yield path


def _pages(path: str) -> list[str]:
    """A file as it is, or its pages; what its name says to be a picture is not opened."""
    return [path] if path.lower().endswith(PICTURES) else pages_in(path)


def _in_folder(folder: str) -> list[tuple[str, bool]]:
    """Pictures and folders right in a folder, in the order that their contents have among all names; True: a folder."""
    entries = []
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                if entry.is_dir():
                    if not entry.is_symlink():  # one could lead around for ever
                        entries.append((entry.name + os.sep, True))
                elif entry.name.lower().endswith(SUFFIXES):
                    entries.append((entry.name, False))
    except OSError:
        pass  # one that may not be opened holds no picture for us
    return [(str(Path(folder, name)), is_folder) for name, is_folder in sorted(entries)]


def read_or_say(
    reader: Reader, path: str | NamedPicture, *, page: bool | Form = False
) -> Reading | Page | dict[str, Field] | str:
    """What one picture is read as, or why it cannot be read.

    page: the picture shows many digits; a Form: it is read like that.
    """
    if isinstance(path, str) and os.path.isdir(path):  # noqa: PTH112 - as in pictures_in()
        return f"no pictures in the folder {shown(path)}; wanted files that end in {', '.join(SUFFIXES)}"
    if isinstance(path, NamedPicture) and path.error:
        return printable(path.error)
    try:
        picture = path if isinstance(path, str) else path.picture
        with _blas().limit(limits=1, user_api="blas"):  # a sum that threads share may differ in its last bit
            if isinstance(page, Form):
                return page.read(reader, picture)
            return reader.read_page(picture) if page else reader.read(picture)
    except (DataError, FileError, ShapeError) as error:
        return printable(str(error))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def name_of(path: str | NamedPicture) -> str:
    """What the answer for a picture is called."""
    return path if isinstance(path, str) else path.name


def to_answer(path: str, found: Reading | Page | dict[str, Field] | str) -> Answer:
    """The same as plain values."""
    if isinstance(found, str):
        return failed(path, found)
    rows = tuple(rows_of(path, found))
    if isinstance(found, dict):
        fields = [one.to_json() for one in found.values()]
        network = next(iter(found.values())).page.network
        return Answer(path, {"path": path, "network": network, "fields": fields}, rows=rows)
    json = found.to_json() | {"path": path}
    if isinstance(found, Reading):
        return Answer(path, json, tuple(map(float, found.activations)), found.confidence, rows)
    return Answer(path, json, rows=rows)


def read_pictures(
    reader: Reader,
    paths: Iterable[str | NamedPicture],
    *,
    page: bool | Form = False,
    jobs: int | None = None,
    cluster: str = "",
    block: int | None = None,
) -> Generator[Answer]:
    """An answer for each path or picture, in order. page: they show many digits each. jobs, cluster: as for Tasks.

    block: how many a worker is given at a time; None: 64 pictures, or one page.
    A picture that several workers die of becomes an error of its own. Raises what Tasks raises.
    """
    work = ReadingWork(reader, page)
    blocks = _blocks(iter(paths), block or (1 if page else BLOCK))
    with closing(iter(Tasks(work, blocks, jobs=jobs, cluster=cluster, in_order=True))) as walk:
        for done in walk:
            if done.result is not None:
                yield from done.result
            elif len(done.task) == 1:
                name = name_of(done.task[0])
                yield failed(name, f"{shown(name)} could not be read: {done.lost}")
            else:  # one of these: each by itself
                yield from read_pictures(reader, done.task, page=page, jobs=jobs, cluster=cluster, block=1)


def answers(
    reader: Reader,
    pictures: Iterable[str | NamedPicture],
    *,
    page: bool | Form = False,
    jobs: int | None = None,
    cluster: str = "",
) -> Generator[Answer]:
    """An answer for each, in order: by workers where that is worth it, else here. As for read_pictures()."""
    walk = iter(pictures)
    first = list(islice(walk, WORTH_IT[bool(page)])) if not cluster and jobs is None else []
    if jobs == 1 or (first and len(first) < WORTH_IT[bool(page)]):
        for one in chain(first, walk):
            yield to_answer(name_of(one), read_or_say(reader, one, page=page))
    else:
        yield from read_pictures(reader, chain(first, walk), page=page, jobs=jobs, cluster=cluster)


def _blocks(paths: Iterator[str | NamedPicture], size: int) -> Iterator[tuple[str | NamedPicture, ...]]:
    while block := tuple(islice(paths, size)):
        yield block


@dataclass(frozen=True, slots=True, eq=False)
class ReadingWork:
    """Reading as a Work: a task is some paths, its result an answer for each."""

    reader: Reader
    page: bool | Form

    def begin(self) -> Callable[[tuple[str | NamedPicture, ...], Control], list[Answer]]:
        """See Work."""
        return self._read

    def _read(self, paths: tuple[str | NamedPicture, ...], control: Control) -> list[Answer]:
        return [to_answer(name_of(path), read_or_say(self.reader, path, page=self.page)) for path in paths]
