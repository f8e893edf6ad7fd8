"""A Page: the digits on one picture, what each was read as, where it is, and their order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, Pieces, pieces_of, runs_in
from digitlens.digits.preparation.decode import Decoded
from digitlens.reading.expectation import Expectation
from digitlens.reading.page.cells import Cells, cells_of
from digitlens.reading.page.confidence import DOUBTFUL
from digitlens.reading.page.figures import barcodes, dense_figures, enclosures, pen_of, spots
from digitlens.reading.page.line_reading import read_line
from digitlens.reading.page.lines import Line, find_lines, writing_size
from digitlens.reading.page.neighbours import Neighbours, neighbours
from digitlens.reading.page.numbers import DigitBox, Number, mark
from digitlens.reading.page.paper import Paper, find_paper, reduced, straightened
from digitlens.reading.page.ruling import AT_BORDER, without_boxes, without_ruling
from digitlens.reading.page.segmentation import Familiar, Glyph, Judge, Lattice, Segments, segment
from digitlens.reading.reading import Reading

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

LARGE, REDUCED = 128, 64  # pixels: writing higher than LARGE is reduced to a height of about REDUCED
MOST_RUNS = 400_000  # stretches of ink within a row: a page with more is grain, and is reduced
MOST_CUT = 300  # pieces: on a page with more, none is cut, because it would take too long
LEAST_SIZE = 12.0  # pixels: writing is taken to be so high, where nothing but printed lines tells
GRAIN = 0.1  # of full ink: fainter ink counts as paper
TEXT_SHOWN = 60  # characters of the text at a prompt


@dataclass(frozen=True, eq=False)  # no slots: the Reading is kept in __dict__
class PagePicture:
    """The picture of a page, and who reads it."""

    decoded: Decoded  # in grey, the right way up, perhaps reduced
    path: str | None  # the file; None for an array or an image
    network: str  # the name of the network that reads it
    classes: tuple[str, ...]
    read: Callable[[], Reading]  # reads the picture as if it showed one digit

    @cached_property
    def whole(self) -> Reading:
        """What read() gives: a page needs it rarely, and of a large photo it takes a tenth of the page's time."""
        return self.read()


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """The result of read_page(): the digits on a picture, and the numbers that they form."""

    numbers: tuple[Number, ...]  # in reading order
    _picture: PagePicture  # what was read
    turn: float  # degrees clockwise that the page was turned, as far as that was clear
    notes: tuple[str, ...]  # what was left out, and why

    @property
    def whole(self) -> Reading:
        """The Reading of the whole picture, as if it showed one digit: made when it is asked for first."""
        return self._picture.whole

    @property
    def path(self) -> str | None:
        """The file; None for an array or an image."""
        return self._picture.path

    @property
    def network(self) -> str:
        """The name of the network that read it."""
        return self._picture.network

    @property
    def grey(self) -> NDArray[Any]:
        """The picture in grey, the right way up: (rows, columns), uint8 0..255 or float64 0..1; see `reduction`."""
        return self._picture.decoded.grey

    @property
    def reduction(self) -> int:
        """How many pixels of the picture as it was given one of `grey` is wide and high; boxes are in the former."""
        return self._picture.decoded.reduction

    @property
    def text(self) -> str:
        """The numbers in reading order, a space between numbers, a newline between lines; empty if there are none."""
        return self._text([box.label for box in self.boxes])

    def _text(self, labels: list[str]) -> str:
        pieces = []
        for before, box, label in zip((None, *self.boxes), self.boxes, labels, strict=False):
            if before is not None and before.number != box.number:
                pieces.append(" " if before.line == box.line else "\n")
            pieces.append(label)
        return "".join(pieces)

    @property
    def boxes(self) -> tuple[DigitBox, ...]:
        """The digits of all numbers, in reading order."""
        return tuple(box for number in self.numbers for box in number.boxes)

    def marked_text(self, below: float = DOUBTFUL) -> str:
        """The text with a question mark in place of each digit whose confidence is lower than `below`.

        Where the Reader cannot tell, a question mark is what is perhaps no digit.
        """
        return self._text([mark(box, below) for box in self.boxes])

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: `path`, `network`, `text`, `numbers`, `boxes`, `turn` and `notes`."""
        return {
            "path": self.path,
            "network": self.network,
            "text": self.text,
            "numbers": [number.to_json() for number in self.numbers],
            "boxes": [box.to_json() for box in self.boxes],
            "turn": round(self.turn, 2),
            "notes": list(self.notes),
        }

    def annotated(self) -> PillowImage:
        """The picture in grey with every box and digit drawn over it."""
        from digitlens.reading.page.drawing import annotated

        return annotated(self)

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= TEXT_SHOWN else f"{self.text[:TEXT_SHOWN]}…"
        return f"<Page {text!r}, {len(self.boxes)} digits, by {self.network}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, lines, paragraph

        about = f"{len(self.boxes)} digits, by {self.network}"
        title = f"Page {self.path}" if self.path else "Page"
        return block(title, lines(self.text or "nothing is written here"), *map(paragraph, self.notes), about=about)


def find_page(
    picture: PagePicture,
    judge: Judge,
    familiar: Familiar | None = None,
    threshold: float = 0.0,
    expected: Expectation | None = None,
) -> Page:
    """Find and read all digits of a decoded picture.

    picture: decoded, and which network reads it; judge: the network, (n, 28, 28) uint8 framed ->
    (n, classes) activations; familiar: the familiarity of framed pictures, (n, 28, 28) uint8 -> (n,), 0..1, if known;
    threshold: the least familiarity of a digit; expected: what each number is, if that is known.
    """
    decoded = picture.decoded
    paper = find_paper(decoded.grey)
    if decoded.reduction != 1:
        paper = replace(paper, reduction=paper.reduction * decoded.reduction, shape=decoded.size)
    if not paper.contrast:
        return Page((), picture, 0.0, ())
    while runs_in(paper.mask) > MOST_RUNS:
        paper = reduced(paper, 2)
    paper, pieces = _without_figures(paper, pieces_of(paper.mask))
    level = straightened(paper, _size_beside_lines(pieces))
    paper, pieces, uprights = _fitting(*_unruled(level, pieces if level is paper else pieces_of(level.mask)))
    lines, left_out = find_lines(pieces)
    cutting = sum(len(line.pieces) for line in lines) <= MOST_CUT
    found = segment(lines, pieces, ink_of(paper), judge, familiar, cutting)
    beside = neighbours(lines, found.lattices, pieces)
    cells = cells_of(found.lattices, uprights, len(paper.depth))
    numbers = _numbers(paper, lines, found.lattices, cells, beside, picture.classes, threshold, expected)
    notes = _notes(len(pieces), left_out, len(lines), found, cutting)
    misfits = len({number.line for number in numbers if number.fits is False})
    if misfits and expected is not None:
        notes += (f"{misfits:,} of {1 + numbers[-1].line:,} lines cannot be read as {expected.said}",)
    return Page(tuple(numbers), picture, math.degrees(paper.turn), notes)


def _notes(pieces: int, left_out: int, lines: int, found: Segments, cutting: bool) -> tuple[str, ...]:
    """What was not done, because it would have been too much work."""
    notes = []
    if left_out:
        notes.append(f"only the largest of {pieces:,} pieces of ink were used; {left_out:,} were left out")
    if found.left_out:
        notes.append(f"{found.left_out:,} of {lines:,} lines were not read, because they are too large")
    if not cutting:
        notes.append(f"touching digits were not cut apart, because there are more than {MOST_CUT} pieces of ink")
    elif found.uncut:
        last = "last" if found.uncut == 1 else f"last {found.uncut:,}"
        where = "" if found.uncut == lines else f" in the {last} of {lines:,} lines"
        notes.append(f"touching digits were not cut apart{where}, because they could be cut in too many ways")
    return tuple(notes)


def ink_of(paper: Paper) -> NDArray[np.float32]:
    """The ink of a page that is not empty: (rows, columns), 0 nothing to 1 full ink."""
    ink = np.minimum(paper.depth / np.float32(paper.contrast), 1)
    return np.where(ink < GRAIN, np.float32(0), ink)


def _size_beside_lines(pieces: Pieces) -> float:
    """The height of the writing, in pixels, but for what hangs on printed lines from one side of the page to the other.

    Such a piece may be as high as the page.
    """
    all_of_it = writing_size(pieces.boxes)
    across = (pieces.boxes[:, 1] <= AT_BORDER) & (pieces.boxes[:, 3] >= pieces.labels.shape[1] - AT_BORDER)
    return min(all_of_it, max(LEAST_SIZE, writing_size(pieces.boxes[~across]))) if across.any() else all_of_it


def _without_figures(paper: Paper, pieces: Pieces) -> tuple[Paper, Pieces]:
    """The page without logos, codes and what is drawn around digits, and its pieces."""
    size = writing_size(pieces.boxes)
    figures = dense_figures(pieces, size, pen_of(pieces, size)) | enclosures(pieces, joined=False) | barcodes(pieces)
    return _without(figures, paper, pieces)


def _without(figures: Mask, paper: Paper, pieces: Pieces) -> tuple[Paper, Pieces]:
    """The page without figures, and its pieces. figures: (rows, columns), where they are."""
    if not figures.any():
        return paper, pieces
    paper = replace(paper, depth=np.where(figures, np.float32(0), paper.depth))
    return paper, pieces_of(paper.mask)


def _unruled(paper: Paper, pieces: Pieces) -> tuple[Paper, Pieces, NDArray[np.int64]]:
    """The page without the lines of paper, tables and boxes, and punch holes; its pieces; where vertical lines were."""
    uprights = []
    for rest in (False, True):  # boxes first: their sides are no ruled lines, though perhaps as long
        cleaned = without_boxes(paper.depth, paper.threshold, pieces, writing_size(pieces.boxes))
        uprights.append(cleaned.uprights)
        if not rest:
            cleaned = without_ruling(cleaned.depth, paper.threshold)
            uprights.append(cleaned.uprights)
        if cleaned.depth is not paper.depth:
            paper, pieces = replace(paper, depth=cleaned.depth), pieces_of(cleaned.depth > paper.threshold)
    size = writing_size(pieces.boxes)
    left_over = spots(pieces, size, pen_of(pieces, size)) | enclosures(pieces)  # which hung on lines, or are none
    paper, pieces = _without(left_over, paper, pieces)
    return paper, pieces, np.concatenate(uprights)


def _fitting(paper: Paper, pieces: Pieces, uprights: NDArray[np.int64]) -> tuple[Paper, Pieces, NDArray[np.int64]]:
    """All of that, reduced if the writing is larger than reading needs: so it takes no more time."""
    size = writing_size(pieces.boxes)
    if size <= LARGE:
        return paper, pieces, uprights
    factor = int(size // REDUCED)
    paper = reduced(paper, factor)
    return paper, pieces_of(paper.mask), uprights // factor


def _numbers(
    paper: Paper,
    lines: Sequence[Line],
    lattices: Sequence[Lattice],
    cells: Sequence[Cells],
    beside: Neighbours,
    classes: tuple[str, ...],
    threshold: float,
    expected: Expectation | None,
) -> list[Number]:
    """The numbers of all lines, in reading order."""
    numbers: list[Number] = []
    line_number = count = 0
    for line, lattice, of_line in zip(lines, lattices, cells, strict=True):
        found, fits = read_line(lattice, line.height, of_line, beside, expected)
        for reading in found:
            boxes = []
            for glyph, confidence, alternatives, evidence in reading.digits:
                left, top, right, bottom = _around(paper, glyph)
                known = glyph.familiarity
                boxes.append(
                    DigitBox(
                        left, top, right - left, bottom - top, glyph.digit, classes[glyph.digit], glyph.image,
                        glyph.outputs, line_number, count, known, None if known is None else known >= threshold,
                        confidence, tuple((classes[digit], share) for digit, share in alternatives), evidence,
                    )
                )  # fmt: skip
            numbers.append(Number(tuple(boxes), reading.confidence, reading.alternatives, fits, reading.evidence))
            count += 1
        line_number += bool(found)
    return numbers


def _around(paper: Paper, glyph: Glyph) -> tuple[int, int, int, int]:
    """The box of a glyph in the original picture: left, top, right, bottom, the last two exclusive."""
    top, left, rows, columns = glyph.box
    corners = np.array([[x, y] for x in (left, left + columns) for y in (top, top + rows)], np.float64)
    at = paper.in_picture(corners)
    limit = np.array(paper.shape[::-1])
    low = np.clip(np.floor(at.min(axis=0) + 0.25), 0, limit - 1).astype(int)
    high = np.clip(np.ceil(at.max(axis=0) - 0.25), low + 1, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
