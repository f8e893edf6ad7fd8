"""Regions of a form, each with a name: where its numbers are, in pixels or in percent of the picture.

region_of("total=10%,20%,30%,5%")    # left, top, width, height
region_of("120,80,400,60")           # has no name: it is called "1", "2", ... by its place among the others
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digitlens.checks import described
from digitlens.errors import PictureError, UsageError
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from digitlens.digits.preparation.decode import Decoded
    from digitlens.reading.page.page import Page

LONGEST_NAME = 100  # characters
MOST_REGIONS = 1_000  # of one form
LARGEST = 1e6  # pixels, or percent

_WANTED = "left, top, width and height in pixels or percent, such as total=10%,20%,30%,5%"


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a picture, the right way up."""

    name: str  # of the field of the form
    left: float  # of its left border, from that of the picture
    top: float  # of its upper border
    width: float  # in pixels, as all of these, unless `percent` says otherwise
    height: float  # in pixels
    percent: tuple[bool, bool, bool, bool] = (False, False, False, False)  # whether each is of the picture's side


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What was read in one region of a form."""

    name: str  # of the field
    page: Page  # positions are within the region, in pixels of what was looked at
    left: int  # of the region in the picture, in pixels
    top: int  # of its upper border, in pixels
    width: int  # in pixels
    height: int  # in pixels
    scale: int = 1  # pixels of the picture for one of the page

    @property
    def text(self) -> str:
        """The numbers in it: a space between numbers, a newline between lines; empty if there are none."""
        return self.page.text

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the `field`, its box, and what Page.to_json() says, placed in the whole picture."""
        page = self.page.to_json()
        return {
            "field": self.name,
            "left": self.left,
            "top": self.top,
            "width": self.width,
            "height": self.height,
            "text": page["text"],
            "numbers": [placed(self, number) for number in page["numbers"]],
            "boxes": [placed(self, box) for box in page["boxes"]],
            "turn": page["turn"],
            "notes": page["notes"],
        }


def region_of(text: str, number: int = 1) -> Region:
    """A region from a text. number: what it is called if it has no name. Raises UsageError.

    >>> region_of("total=10%,20,30%,5%")
    Region(name='total', left=10.0, top=20.0, width=30.0, height=5.0, percent=(True, False, True, True))
    """
    name, equals, rest = text.rpartition("=")
    name = name.strip() if equals else str(number)
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) != 4 or not name or len(name) > LONGEST_NAME:
        raise UsageError(f"region: wants {_WANTED}, got {shown(text)}")
    values = []
    for part in parts:
        try:
            value = float(part.removesuffix("%"))
        except ValueError:
            value = math.nan
        if not 0 <= value <= LARGEST:
            raise UsageError(f"region: wants {_WANTED}, got {shown(part)} in {shown(text)}")
        values.append(value)
    if not (values[2] and values[3]):
        raise UsageError(f"region: wants a width and a height above 0, got {shown(text)}")
    left, top, width, height = values
    a, b, c, d = (part.endswith("%") for part in parts)
    return Region(name, left, top, width, height, (a, b, c, d))


def box_of(region: Region, rows: int, columns: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of a picture of this size, the last two exclusive.

    Raises PictureError where it lies outside.
    """
    sides = columns, rows, columns, rows
    values = (region.left, region.top, region.width, region.height)
    x, y, wide, high = (
        value * side / 100 if percent else value
        for value, side, percent in zip(values, sides, region.percent, strict=True)
    )
    left, top = round(x), round(y)
    right, bottom = min(columns, max(left + 1, round(x + wide))), min(rows, max(top + 1, round(y + high)))
    if left >= columns or top >= rows:
        raise PictureError(
            f"the region {shown(region.name)} begins at ({left}, {top}), outside of the picture of {columns}×{rows} "
            "pixels; give it in percent, or read this picture by itself"
        )
    return left, top, right, bottom


def placed(field: Field, values: dict[str, Any]) -> dict[str, Any]:
    """Plain values with a box, whose place becomes that in the whole picture."""
    return values | {
        "left": field.left + field.scale * values["left"],
        "top": field.top + field.scale * values["top"],
        "width": field.scale * values["width"],
        "height": field.scale * values["height"],
    }


def regions_of(who: str, given: Any) -> tuple[Region, ...]:
    """The regions of a form: {"total": "10%,20%,30%,5%"}, {"total": (120, 80, 400, 60)} or ["total=10%,20%,30%,5%"].

    Raises UsageError for anything else, and for two of one name.
    """
    if isinstance(given, Mapping):
        found = [_named(who, name, place) for name, place in given.items()]
    elif isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise UsageError(f"{who} wants regions, such as {{'total': '10%,20%,30%,5%'}}, got {described(given)}")
    elif isinstance(given, np.ndarray):
        raise UsageError(f"{who} wants regions as a dictionary or a list of texts, got {described(given)}")
    else:
        found = [one if isinstance(one, Region) else _text(who, one, i) for i, one in enumerate(given, 1)]
    names = [region.name for region in found]
    if len(set(names)) != len(names) or len(names) > MOST_REGIONS:
        raise UsageError(f"{who} wants at most {MOST_REGIONS:,} regions, each with a name of its own")
    return tuple(found)


def _text(who: str, text: Any, number: int) -> Region:
    if not isinstance(text, str):
        raise UsageError(f"{who} wants regions, {_WANTED}, got {described(text)}")
    return region_of(text, number)


def _named(who: str, name: Any, place: Any) -> Region:
    if isinstance(place, Sequence) and not isinstance(place, str):
        place = ",".join(map(str, place))
    if not isinstance(name, str) or "=" in name:
        raise UsageError(f"{who} wants the name of a region as a text without =, got {described(name)}")
    return replace(_text(who, place, 1), name=name[:LONGEST_NAME])


def crop(decoded: Decoded, region: Region) -> tuple[Any, tuple[int, int, int, int]]:
    """The grey of a region, (rows, columns), and its left, top, width and height. Raises PictureError."""
    rows, columns = decoded.size
    left, top, right, bottom = box_of(region, rows, columns)
    step = decoded.reduction
    grey = decoded.grey[top // step : -(-bottom // step), left // step : -(-right // step)]
    return grey, (left // step * step, top // step * step, right - left, bottom - top)
