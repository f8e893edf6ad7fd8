"""What pictures show as a table: flat rows of plain values, all with the same columns.

    pandas.DataFrame(rows_of("seven.png", reader.read("seven.png")))

A picture of one digit is one row; of a page, each number is one. A picture on which nothing is written is a row without
a number, and one that cannot be read a row with its error.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from digitlens.errors import FileError
from digitlens.files.growing_table import GrowingTable
from digitlens.reading.reading import Reading
from digitlens.reading.regions import placed

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page
    from digitlens.reading.regions import Field

COLUMNS = (
    "file",  # the path, or which of the pictures it is, counted from 0
    "field",  # the name of the region of a form; empty for the whole picture
    "line",  # of a page, counted from 0
    "number",  # a text, for it may begin with 0; of a network with other classes, the name of the class
    "confidence",  # 0..1, that all of the number is right; None where the network cannot tell
    "doubtful",  # whether somebody should look at it; None where the network cannot tell
    "left", "top", "width", "height",  # the box around it, in pixels of the picture, the right way up
    "network",  # which read it
    "error",  # why the picture could not be read; empty where it was
)  # fmt: skip

Row = dict[str, Any]

_TYPES = {"confidence": float, "doubtful": lambda text: text == "True"} | dict.fromkeys(
    ("line", "left", "top", "width", "height"), int
)

LEAST_CONFIDENCE = 0.9  # of a single digit: below, it is doubtful


def row(file: str, **values: Any) -> Row:
    """A row with all columns; None where there is no value, and an empty text for a field and an error."""
    empty = dict.fromkeys(COLUMNS) | {"file": file, "field": "", "number": "", "error": ""}
    return empty | values


def rows_of(file: str, found: Reading | Page | Mapping[str, Field]) -> list[Row]:
    """The rows of one picture, at least one. file: what it is called."""
    if isinstance(found, Reading):
        return [row(file, network=found.network, **_of_reading(found))]
    if isinstance(found, Mapping):
        return [one for name, field in found.items() for one in _of_page(file, field.page, name, field)]
    return _of_page(file, found)


def _of_page(file: str, found: Page, name: str = "", field: Field | None = None) -> list[Row]:
    """A row for each number, or one that says that there is none. name, field: which region of the picture it is."""
    network = found.network
    rows: list[Row] = []
    for number in found.numbers:
        confidence = number.confidence
        rows.append(
            row(
                file, field=name, line=number.line, number=number.text,
                confidence=None if confidence is None else round(confidence, 6), doubtful=number.doubtful,
                left=number.left, top=number.top, width=number.width, height=number.height, network=network,
            )
        )  # fmt: skip
    if not rows:
        return [row(file, field=name, network=network)]
    return rows if field is None else [placed(field, one) for one in rows]


def _of_reading(reading: Reading) -> Row:
    """The values of a picture that shows one thing."""
    if not reading.prepared.ink_found:
        return {}
    values: Row = {"number": "" if reading.reason else reading.label}
    confidence = None if reading.reason else reading.confidence
    if confidence is not None:
        values["confidence"] = round(confidence, 6)
    if confidence is not None or reading.judgement is not None:
        values["doubtful"] = bool(reading.reason) or (confidence is not None and confidence < LEAST_CONFIDENCE)
    for stage in reading.prepared.stages:
        if stage.name == "cropped":
            box = stage.parameters
            values |= {"left": int(box["left"]), "top": int(box["top"])}
            values |= {"width": int(box["columns"]), "height": int(box["rows"])}
    return values


def open_table(path: str | os.PathLike[str], network: str, form: str = "", *, resume: bool = False) -> GrowingTable:
    """A table of such rows that grows, all read by one network.

    form: as for GrowingTable; "": JSON lines if its name ends in .jsonl, else CSV.

    Raises what GrowingTable raises.
    """
    by_name = "json lines" if os.fspath(path).lower().endswith((".jsonl", ".ndjson")) else "csv"
    return GrowingTable(path, COLUMNS, form or by_name, resume=resume, same=("network", network))


def typed(values: Mapping[str, Any]) -> Row:
    """A row as it was before it was written to a table, where all is text. Raises FileError for what was none."""
    try:
        return {name: _typed(name, value) for name, value in values.items()}
    except ValueError as error:
        raise FileError(f"a row of the table has been changed by hand: {error}; name another file") from error


def _typed(name: str, value: Any) -> Any:
    if name not in _TYPES and name != "network":
        return value
    if value == "":
        return None
    return _TYPES[name](value) if isinstance(value, str) and name in _TYPES else value
