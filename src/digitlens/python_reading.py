"""The Python face of reading: one digit, a page with several, the fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page
    from digitlens.reading.reader import Picture, Reader
    from digitlens.reading.reading import Reading
    from digitlens.reading.regions import Field

__all__ = ["read", "read_fields", "read_page"]


def read(picture: Picture, network: str | Path | Reader = "reader") -> Reading:
    """Read one picture of one digit.

    picture: a picture file, its bytes, an array or a Pillow image, of any size. An array is (rows, columns) or
    (rows, columns, 3 or 4), in uint8 from 0 to 255 or in floats from 0 to 1; dark on light or light on dark.
    network: the name of one that ships, a model file, or a Reader.

    Where nothing is written, the Reading says so: that is an answer, and no error. Raises PictureError for a file that
    is no picture, ShapeError for an array that is none, and what load() raises.

    >>> import numpy as np
    >>> read(np.zeros((28, 28))).reason
    'too little ink'
    """
    from digitlens.storage.shipped import reader_for

    return reader_for("read()", network).read(picture)


def read_page(
    picture: Picture, network: str | Path | Reader = "reader", *, expect: str | Iterable[str] | None = None
) -> Page:
    r"""Read a photo or scan with several digits: the numbers on it in reading order, each digit with its box.

    picture: as for read(): a picture file, its bytes, an array or a Pillow image.
    network: the name of one that ships, a model file, or a Reader.
    expect: what each number is, so that the best reading that fits is taken: a pattern such as "\d{5}" or
    "ddd ddd dddd" (a space is where a gap may be), a list of allowed numbers, or the rule of a check digit, "luhn" or
    "ean". `Number.fits` says whether it could be done.

    A page without writing has an empty `text`. Raises what read() raises, and UsageError for what is no pattern.

    >>> import numpy as np
    >>> page = np.full((120, 200), 255, np.uint8)
    >>> page[30:90, 50:55] = page[30:90, 100:105] = 0
    >>> read_page(page).text
    '11'
    """
    from digitlens.storage.shipped import reader_for

    return reader_for("read_page()", network).read_page(picture, expect=expect)


def read_fields(
    picture: Picture,
    regions: Mapping[str, str | Sequence[float]] | Iterable[str],
    network: str | Path | Reader = "reader",
    *,
    expect: str | Iterable[str] | Mapping[str, str | Iterable[str]] | None = None,
) -> dict[str, Field]:
    """Read the fields of a form: a Field for each region, by its name, in the order in which they are given.

    picture: as for read().
    regions: {"total": "10%,20%,30%,5%"}, {"total": (120, 80, 400, 60)} or ["total=10%,20%,30%,5%"]: left, top, width
    and height of each, in percent or pixels of the picture.
    network: the name of one that ships, a model file, or a Reader.
    expect: what each number is, as for read_page(), or a dictionary of that for some of the fields.

    Raises what read_page() raises, UsageError for what is no region, PictureError for one outside of the picture.

    >>> import numpy as np
    >>> form = np.full((120, 200), 255, np.uint8)
    >>> form[30:90, 50:55] = form[30:90, 150:155] = 0
    >>> fields = read_fields(form, {"first": "0,0,50%,100%", "none": (60, 0, 60, 120)})
    >>> fields["first"].text, fields["none"].text
    ('1', '')
    """
    from digitlens.storage.shipped import reader_for

    return reader_for("read_fields()", network).read_fields(picture, regions, expect=expect)
