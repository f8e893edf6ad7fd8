"""Sheets of A4, written as SVG: text, tables and pictures from top to bottom; blanks to fill in, or their answers.

A sheet needs nothing from outside, and the same content gives the same bytes. Lengths are millimetres.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from digitlens.markup import text as shown_text

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0
SIZE, LINE = 3.9, 5.6  # of the letters, and from one line to the next
LETTER = 0.52  # of a letter's size: a letter's width, the wide and the narrow ones together
ROW = 7.2  # of a table
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Ground:
    """The colours of a sheet: what it lies on, what is written, and lines."""

    paper: str
    ink: str
    line: str


GROUNDS = {"white": Ground("#ffffff", "#000000", "#777777"), "black": Ground("#000000", "#ffffff", "#999999")}


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill in, and what belongs there."""

    answer: str


class Sheet:
    """One page, filled from top to bottom. answers: whether blanks hold theirs."""

    def __init__(self, title: str, ground: Ground, *, answers: bool) -> None:
        self.ground, self.answers, self.title = ground, answers, title
        self._parts: list[str] = []
        self._y = MARGIN
        self._write(MARGIN, title, size=6, bold=True)
        self._y += 9

    def heading(self, said: str) -> None:
        """A heading over what follows."""
        self._y += 3
        self._write(MARGIN, said, size=4.6, bold=True)
        self._y += 7

    def paragraph(self, said: str, width: float = WIDTH - 2 * MARGIN) -> None:
        """Text, broken into lines."""
        for line in textwrap.wrap(said, int(width / (LETTER * SIZE))):
            self._write(MARGIN, line)
            self._y += LINE
        self._y += 1.5

    def question(self, said: str, blank: Blank) -> None:
        """A question, and a place for its answer at the right."""
        self._write(MARGIN, said)
        self._cell(blank, WIDTH - MARGIN - 34, 34, right=True)
        self._y += ROW + 1

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str | Blank]], widths: Sequence[float]) -> None:
        """A table: numbers stand at the right of their columns. A row that begins with "=" is a sum."""
        lefts = [MARGIN + sum(widths[:i]) for i in range(len(widths))]
        right = MARGIN + sum(widths)
        for i, name in enumerate(head):
            self._write(lefts[i] if not i else lefts[i] + widths[i] - 2, name, bold=True, right=bool(i))
        self._y += 2
        self._rule(MARGIN, right)
        self._y += ROW - 2
        for row in rows:
            if isinstance(row[0], str) and row[0].startswith("="):
                self._parts.append(self._line_at(MARGIN, right, self._y - ROW + 2.2))
            for i, cell in enumerate(row):
                said = cell.removeprefix("= ") if isinstance(cell, str) and not i else cell
                self._cell(said, lefts[i], widths[i], right=bool(i))
            self._y += ROW
        self._y += 1

    def picture(self, image: NDArray[np.float64], side: float, left: float | None = None) -> None:
        """An image, (rows, columns) of ink 0 to 1, as squares of grey; the text goes on below it."""
        rows, columns = image.shape
        step = side / max(rows, columns)
        x0 = WIDTH - MARGIN - columns * step if left is None else left
        squares = [
            f'<rect x="{x0 + c * step:.2f}" y="{self._y + r * step:.2f}" width="{step + 0.02:.2f}" '
            f'height="{step + 0.02:.2f}" fill-opacity="{ink:.2f}"/>'
            for (r, c), ink in np.ndenumerate(np.clip(image, 0, 1))
            if ink >= 0.005
        ]
        frame = f'width="{columns * step:.2f}" height="{rows * step:.2f}" fill="none" stroke="{self.ground.line}"'
        self._parts.append(
            f'<g fill="{self.ground.ink}">{"".join(squares)}</g>'
            f'<rect x="{x0:.2f}" y="{self._y:.2f}" {frame} stroke-width="0.3"/>'
        )
        self._y += rows * step + 4

    def bars(self, names: Sequence[str], values: Sequence[float], best: int) -> None:
        """A bar for each output, from 0 to 1, with its number; the best one framed."""
        for j, (name, value) in enumerate(zip(names, values, strict=True)):
            y = self._y
            long = 60 * min(max(value, 0.0), 1.0)
            self._write(MARGIN, name[:12], bold=j == best)
            self._parts.append(
                f'<rect x="{MARGIN + 26}" y="{y - 3:.2f}" width="{long:.2f}" height="3.4" fill="{self.ground.ink}" '
                f'fill-opacity="{0.85 if j == best else 0.4}"/>'
            )
            self._write(MARGIN + 104, f"{value:.3f}", right=True, bold=j == best)
            self._y += 5.2
        self._y += 2

    def svg(self) -> str:
        """The page as an SVG document."""
        if self._y > HEIGHT - 6:
            raise AssertionError(f"the sheet {self.title!r} ends at {self._y:.0f} of {HEIGHT:.0f} mm")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}mm" height="{HEIGHT:.0f}mm" '
            f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" font-family="{FONT}" font-size="{SIZE}" fill="{self.ground.ink}">'
            f"<title>{escape(self.title)}</title>"
            f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="{self.ground.paper}"/>'
            f"{''.join(self._parts)}</svg>\n"
        )

    def _cell(self, cell: str | Blank, left: float, width: float, *, right: bool) -> None:
        if isinstance(cell, str):
            self._write(left + width - 2 if right else left, cell, right=right)
            return
        self._parts.append(
            f'<rect x="{left + 3:.2f}" y="{self._y - 4.6:.2f}" width="{width - 3.5:.2f}" height="6.2" fill="none" '
            f'stroke="{self.ground.ink}" stroke-width="0.3"/>'
        )
        if self.answers:
            self._write(left + width - 2, cell.answer, right=True, bold=True)

    def _write(self, x: float, said: str, *, size: float = SIZE, bold: bool = False, right: bool = False) -> None:
        look = f' font-size="{size}"' if size != SIZE else ""
        look += ' font-weight="bold"' if bold else ""
        look += ' text-anchor="end"' if right else ""
        self._parts.append(f'<text x="{x:.2f}" y="{self._y:.2f}"{look}>{shown_text(said)}</text>')

    def _rule(self, left: float, right: float) -> None:
        self._parts.append(self._line_at(left, right, self._y))

    def _line_at(self, left: float, right: float, y: float) -> str:
        return f'<path d="M{left:.2f} {y:.2f}H{right:.2f}" stroke="{self.ground.line}" stroke-width="0.3"/>'


def html(sheets: Sequence[Sheet], ground: Ground) -> str:
    """The sheets as one HTML document, which prints each on a page of its own."""
    pages = "".join(f"<section>{sheet.svg()}</section>\n" for sheet in sheets)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(sheets[0].title)}</title>
<style>
@page {{ size: A4; margin: 0 }}
body {{ margin: 0; background: {ground.paper}; print-color-adjust: exact }}
section {{ break-after: page; break-inside: avoid }}
section:last-child {{ break-after: auto }}
svg {{ display: block; margin: 0 auto; max-width: 100%; height: auto }}
@media print {{ svg {{ width: 210mm; height: 296.9mm }} }}
</style>
</head>
<body>
{pages}</body>
</html>
"""
