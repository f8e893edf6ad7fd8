"""A Page: the digits on one picture, what each was read as, where it is, and their order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.reading.page.connected_components import Pieces, pieces_of, runs_in
from digitlens.reading.page.lines import Line, find_lines, writing_size
from digitlens.reading.page.numbers import DigitBox, Number, numbers_of
from digitlens.reading.page.paper import Paper, find_paper, reduced, straightened
from digitlens.reading.page.ruling import without_boxes, without_ruling
from digitlens.reading.page.segmentation import Familiar, Glyph, Judge, Segments, segment
from digitlens.reading.reading import Reading

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

LARGE, REDUCED = 128, 64  # pixels: writing higher than LARGE is reduced to a height of about REDUCED
MOST_RUNS = 400_000  # stretches of ink within a row: a page with more is grain, and is reduced
MOST_CUT = 300  # pieces: on a page with more, none is cut, because it would take too long
GRAIN = 0.1  # of full ink: fainter ink counts as paper
WIDE_GAP = 0.9  # line heights: the least gap between two numbers ...
TEXT_SHOWN = 60  # characters of the text at a prompt
USUAL_GAP = 1.8  # ... which is also at least this many times the narrow gaps of the line


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """The result of read_page(): the digits on a picture, and the numbers that they form."""

    boxes: tuple[DigitBox, ...]  # in reading order
    whole: Reading  # of the whole picture, as if it showed one digit
    turn: float  # degrees clockwise that the page was turned, as far as that was clear
    notes: tuple[str, ...]  # what was left out, and why

    @property
    def text(self) -> str:
        """The numbers in reading order, a space between numbers, a newline between lines; empty if there are none."""
        pieces = []
        for before, box in zip((None, *self.boxes), self.boxes, strict=False):
            if before is not None and before.number != box.number:
                pieces.append(" " if before.line == box.line else "\n")
            pieces.append(box.label)
        return "".join(pieces)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in reading order, each with its digits, its box, and whether somebody should look at it."""
        return numbers_of(self.boxes)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: `path`, `network`, `text`, `numbers`, `boxes`, `turn` and `notes`."""
        return {
            "path": self.whole.path,
            "network": self.whole.network,
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
        return f"<Page {text!r}, {len(self.boxes)} digits, by {self.whole.network}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, lines, paragraph

        about = f"{len(self.boxes)} digits, by {self.whole.network}"
        path = self.whole.path
        title = f"Page {path}" if path else "Page"
        return block(title, lines(self.text or "nothing is written here"), *map(paragraph, self.notes), about=about)


def find_page(whole: Reading, judge: Judge, familiar: Familiar | None = None, threshold: float = 0.0) -> Page:
    """Find and read all digits of a decoded picture.

    whole: the Reading of the picture as if it showed one digit; judge: the network, (n, 28, 28) uint8 framed ->
    (n, classes) activations; familiar: the familiarity of framed pictures, (n, 28, 28) uint8 -> (n,), 0..1, if known;
    threshold: the least familiarity of a digit.
    """
    decoded = whole.prepared.stages[0]
    paper = find_paper(decoded.image)
    if "reduction" in decoded.parameters:
        shape = int(decoded.parameters["rows"]), int(decoded.parameters["columns"])
        paper = replace(paper, reduction=paper.reduction * decoded.parameters["reduction"], shape=shape)
    if not paper.contrast:
        return Page((), whole, 0.0, ())
    while runs_in(paper.mask) > MOST_RUNS:
        paper = reduced(paper, 2)
    pieces = pieces_of(paper.mask)
    level = straightened(paper, writing_size(pieces.boxes))
    paper, pieces = _fitting(*_unruled(level, pieces if level is paper else pieces_of(level.mask)))
    lines, left_out = find_lines(pieces)
    cutting = sum(len(line.pieces) for line in lines) <= MOST_CUT
    found = segment(lines, pieces, ink_of(paper), judge, familiar, cutting)
    boxes = _boxes(paper, lines, found.glyphs, whole.classes, threshold)
    notes = _notes(len(pieces), left_out, len(lines), found, cutting)
    return Page(tuple(boxes), whole, math.degrees(paper.turn), notes)


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


def _unruled(paper: Paper, pieces: Pieces) -> tuple[Paper, Pieces]:
    """The page without the lines of ruled paper and without the boxes of a form, and its pieces."""
    depth, _ = without_ruling(paper.depth, paper.threshold)
    if depth is not paper.depth:
        pieces = pieces_of(depth > paper.threshold)
    cleaned, _ = without_boxes(depth, paper.threshold, pieces, writing_size(pieces.boxes))
    if cleaned is not depth:
        pieces = pieces_of(cleaned > paper.threshold)
    return replace(paper, depth=cleaned), pieces


def _fitting(paper: Paper, pieces: Pieces) -> tuple[Paper, Pieces]:
    """The page and its pieces, reduced if the writing is larger than reading needs: so it takes no more time."""
    size = writing_size(pieces.boxes)
    if size <= LARGE:
        return paper, pieces
    paper = reduced(paper, int(size // REDUCED))
    return paper, pieces_of(paper.mask)


def _boxes(
    paper: Paper, lines: Sequence[Line], glyphs_of: Sequence[list[Glyph]], classes: tuple[str, ...], threshold: float
) -> list[DigitBox]:
    boxes: list[DigitBox] = []
    number = line_number = 0
    for line, glyphs in zip(lines, glyphs_of, strict=True):
        starts = _starts_of_numbers(glyphs, line.height)
        digits = [i for i, glyph in enumerate(glyphs) if glyph.kind == "digit"]
        for i in digits:
            number += boxes != [] and (i == digits[0] or i in starts)
            glyph = glyphs[i]
            left, top, right, bottom = _around(paper, glyph)
            digit = int(glyph.outputs.argmax())
            known = glyph.familiarity
            boxes.append(
                DigitBox(
                    left, top, right - left, bottom - top, digit, classes[digit], glyph.image, glyph.outputs,
                    line_number, number, known, None if known is None else known >= threshold,
                )
            )  # fmt: skip
        line_number += bool(digits)
    return boxes


def _starts_of_numbers(glyphs: list[Glyph], height: float) -> set[int]:
    """The glyphs that begin a number: those after a separator other than a comma or dot, or after a wide gap."""
    digits = [i for i, glyph in enumerate(glyphs) if glyph.kind == "digit"]
    gaps = [
        (glyphs[after].box.left - glyphs[before].box.left - glyphs[before].box.columns) / height
        for before, after in pairwise(digits)
    ]
    wide = max(WIDE_GAP, USUAL_GAP * max(0.0, float(np.quantile(gaps, 0.25)))) if gaps else math.inf
    starts = set()
    for before, after, gap in zip(digits, digits[1:], gaps, strict=False):
        between = {glyph.kind for glyph in glyphs[before + 1 : after]}
        if gap > wide or between - {"dot", "comma"}:
            starts.add(after)
    return starts


def _around(paper: Paper, glyph: Glyph) -> tuple[int, int, int, int]:
    """The box of a glyph in the original picture: left, top, right, bottom, the last two exclusive."""
    top, left, rows, columns = glyph.box
    corners = np.array([[x, y] for x in (left, left + columns) for y in (top, top + rows)], np.float64)
    at = paper.in_picture(corners)
    limit = np.array(paper.shape[::-1])
    low = np.clip(np.floor(at.min(axis=0) + 0.25), 0, limit - 1).astype(int)
    high = np.clip(np.ceil(at.max(axis=0) - 0.25), low + 1, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
