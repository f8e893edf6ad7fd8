"""The Python face of reading many pictures: each becomes flat rows, ready for a data frame or a table on the disk."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitlens.checks import check_callback, check_type, described, whole_number
from digitlens.errors import ShapeError, UsageError

if TYPE_CHECKING:
    from digitlens.reading.folders import Form, NamedPicture
    from digitlens.reading.reader import Picture, Reader

MOST_JOBS = 10_000  # workers

__all__ = ["read_many", "read_pages"]


def read_many(
    pictures: Iterable[Picture],
    network: str | Path | Reader = "reader",
    *,
    table: str | Path | None = None,
    resume: bool = False,
    jobs: int | None = None,
    cluster: str = "",
    on_progress: Callable[[int, int | None], object] = lambda done, total: None,
) -> list[dict[str, Any]]:
    """Read many pictures of one digit each, on all cores or a cluster: a flat row for each, in order.

    pictures: any iterable of what read() takes, of any size and kind, or the path of a folder, whose pictures are read
    in the order of their names.
    network: the name of one that ships, a model file, or a Reader.
    table: a file that grows with every picture, so that Ctrl-C and a power cut leave what was read: JSON with a row a
    line where it ends in .jsonl, else CSV.
    resume: go on with that file. What is read already is not read again; the result has its rows, too.
    jobs: how many workers; None: one a core, and none for a few pictures, or as many as the cluster can.
    cluster: the address of a Dask scheduler, such as "tcp://host:8786", whose workers find files under the same paths;
    empty: this machine.
    on_progress: a function (done, total) that is called after each picture; total is None where nobody knows it.

    Each row is a dictionary with the columns of the table (docs/pages.md): `file`, `number`, `confidence`, `doubtful`,
    the box (`left`, `top`, `width`, `height`) and others. `file` is the path, or which picture it was, from 0. A
    picture that cannot be read is a row with its `error`, and no error. Raises UsageError for anything else that it
    cannot do, FileError for a table that cannot be written, ClusterError without a cluster, and what load() raises.

    >>> import digitlens as dl, numpy as np
    >>> rows = read_many([dl.pen_digits(10).digits.images[0], b"no picture"])
    >>> [(row["file"], row["error"][:16]) for row in rows]
    [('0', ''), ('1', 'wanted a PNG, JP')]
    """
    return _read("read_many()", pictures, network, False, table, resume, jobs, cluster, on_progress)


def read_pages(
    pictures: Iterable[Picture],
    network: str | Path | Reader = "reader",
    *,
    regions: Mapping[str, str | Sequence[float]] | Iterable[str] = (),
    expect: str | Iterable[str] | Mapping[str, str | Iterable[str]] | None = None,
    table: str | Path | None = None,
    resume: bool = False,
    jobs: int | None = None,
    cluster: str = "",
    on_progress: Callable[[int, int | None], object] = lambda done, total: None,
) -> list[dict[str, Any]]:
    """Read many photos or scans with several digits each: a flat row for each number on them, in reading order.

    A page on which no number was found is one row without a number.

    pictures: any iterable of what read_page() takes, or the path of a folder.
    network: the name of one that ships, a model file, or a Reader.
    regions: the fields of a form, as for read_fields(); none: the whole page is read.
    expect: what each number is, as for read_page() and read_fields().
    table: a file that grows with every page, as for read_many().
    resume: go on with that file.
    jobs: how many workers; None: one a core, or as many as the cluster can.
    cluster: the address of a Dask scheduler; empty: this machine.
    on_progress: a function (done, total) that is called after each page; total is None where nobody knows it.

    Raises what read_many() raises, and UsageError where the network does not read digits.

    >>> import numpy as np
    >>> page = np.full((120, 200), 255, np.uint8)
    >>> page[30:90, 50:55] = page[30:90, 100:105] = 0
    >>> [(row["file"], row["number"], row["left"]) for row in read_pages([page, page[:, :90]])]
    [('0', '11', 50), ('1', '1', 50)]
    """
    form = _form("read_pages()", regions, expect)
    return _read("read_pages()", pictures, network, form, table, resume, jobs, cluster, on_progress)


def _form(who: str, regions: Any, expect: Any) -> Form:
    """What is asked of each page. Raises UsageError."""
    from digitlens.reading.expectation import expectation_of, plain
    from digitlens.reading.folders import Form
    from digitlens.reading.regions import regions_of

    def wanted(value: Any) -> str | tuple[str, ...]:
        found = plain(value)
        expectation_of(found)
        return found

    if not isinstance(expect, Mapping):
        return Form(regions_of(who, regions), None if expect is None else wanted(expect))
    form = Form(regions_of(who, regions), None, {name: wanted(value) for name, value in expect.items()})
    if unknown := set(form.by_field) - {region.name for region in form.regions}:
        raise UsageError(f"{who} expects something of {min(unknown)!r}, which is none of the regions")
    return form


def _read(
    who: str,
    pictures: Any,
    network: Any,
    page: bool | Form,
    table: Any,
    resume: Any,
    jobs: Any,
    cluster: Any,
    on_progress: Any,
) -> list[dict[str, Any]]:
    from digitlens.parallel.tasks import check_workers
    from digitlens.reading.folders import answers
    from digitlens.reading.rows import open_table, typed
    from digitlens.storage.shipped import reader_for

    check_type(who, "resume", resume, bool, "True or False")
    check_type(who, "cluster", cluster, str, "the address of a Dask scheduler", 'such as "tcp://host:8786"')
    check_callback(who, "on_progress", on_progress, "done, total")
    workers = None if jobs is None else whole_number(who, "jobs", jobs, 1, MOST_JOBS)
    check_workers(workers, cluster)
    if table is not None:
        check_type(who, "table", table, (str, os.PathLike), "a file name")
    elif resume:
        raise UsageError(f"{who} goes on with a table; name it, as table=")
    reader = reader_for(who, network)
    if page and not reader.reads_digits:
        raise UsageError(f"{who} finds digits, and {reader!r} has learned other classes; use read_many()")
    rows: list[dict[str, Any]] = []
    known: set[str] = set()
    with ExitStack() as open_here:
        kept = (
            open_here.enter_context(closing(open_table(table, reader.name, resume=resume)))
            if table is not None
            else None
        )
        if kept is not None:
            rows += [typed(row) for _, group in kept.groups for row in group]
            known = {name for name, _ in kept.groups}
        total = _count(pictures, len(known))
        found = answers(reader, _named(who, pictures, known), page=page, jobs=workers, cluster=cluster)
        for done, answer in enumerate(open_here.enter_context(closing(found)), 1):
            if kept is not None:
                kept.add(answer.rows)
            rows += answer.rows
            on_progress(done, total)
    return rows


def _count(pictures: Any, known: int) -> int | None:
    """How many pictures there are to read, if that can be told without reading them."""
    if isinstance(pictures, (str, bytes)):
        return None
    try:
        count = len(pictures)
    except TypeError:
        return None
    if isinstance(pictures, (list, tuple)):
        count += sum(_pages_of(picture) - 1 for picture in pictures)
    return count - known


def _pages_of(picture: Any) -> int:
    """How many pages a path or bytes have; of an open file, which can be read only once, nobody knows: 1."""
    from digitlens.digits.preparation.documents import page_count
    from digitlens.reading.folders import pictures_in

    if isinstance(picture, (str, os.PathLike)):
        return 1 if os.path.isdir(picture) else sum(1 for _ in pictures_in(os.fspath(picture)))  # noqa: PTH112
    if isinstance(picture, io.BytesIO):
        picture = picture.getvalue()
    return page_count(picture) if isinstance(picture, bytes) else 1


def _named(who: str, pictures: Any, known: set[str]) -> Iterator[str | NamedPicture]:
    """Each picture with the name of its rows, but those that are known. Raises UsageError for what is no iterable."""
    from digitlens.files.growing_table import text_of
    from digitlens.reading.folders import pictures_in

    if isinstance(pictures, (str, os.PathLike)):
        pictures = pictures_in(os.fspath(pictures))
    if isinstance(pictures, (bytes, bytearray)) or not isinstance(pictures, Iterable):
        raise UsageError(
            f"{who} wants pictures, such as a list of paths or arrays, got {described(pictures)}; of one make [it]"
        )
    try:
        walk = iter(pictures)
    except TypeError:  # an array without dimensions
        raise UsageError(f"{who} wants several pictures, got {described(pictures)}; of one make [it]") from None
    for index, picture in enumerate(walk):
        if isinstance(picture, (str, os.PathLike)):
            path = os.fspath(picture)
            names = [path] if os.path.isdir(path) else pictures_in(path)  # noqa: PTH112
            yield from (name for name in names if text_of(name) not in known)
        elif str(index) not in known:
            yield from (page for page in _portable(str(index), picture) if page.name not in known)


def _portable(name: str, picture: Any) -> list[NamedPicture]:
    """A picture that is no path, as another process can be given it: several, where it has pages."""
    import numpy as np

    from digitlens.digits.preparation.decode import bytes_of, decode
    from digitlens.digits.preparation.documents import DocumentPage, page_count
    from digitlens.errors import PictureError
    from digitlens.reading.folders import NamedPicture

    if isinstance(picture, np.ndarray) or hasattr(picture, "getexif"):  # a Pillow image
        return [NamedPicture(name, picture)]
    try:
        data = bytes(picture) if isinstance(picture, (bytes, bytearray, memoryview)) else bytes_of(picture)
    except PictureError as error:
        return [NamedPicture(name, None, str(error))]
    except AttributeError:
        try:
            decode(picture)
        except ShapeError as error:
            return [NamedPicture(name, None, str(error))]
        return [NamedPicture(name, picture)]
    if (count := page_count(data)) == 1:
        return [NamedPicture(name, data)]
    return [NamedPicture(f"{name}#page={page}", DocumentPage(data, page)) for page in range(1, count + 1)]
