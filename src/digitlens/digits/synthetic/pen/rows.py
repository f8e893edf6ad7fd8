"""Pages with rows of pen digits, near each other or touching, with their text and the box of each digit.

They are used in tests, and to learn what one whole digit is, because everything about them is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.hurry import lifted_early, link
from digitlens.digits.synthetic.pen.writer import pen_digits, world_digits

Stroke = NDArray[np.float64]
PEN = 1 / 25  # width of the pen, relative to the height of the writing


@cache
def drawings_by_digit(seed: int = 7, count: int = 2_000, everywhere: bool = False) -> dict[int, list[list[Stroke]]]:
    """The strokes of `count` pen digits, by the digit that they show; `everywhere`: as world_digits() has them."""
    pen = (world_digits if everywhere else pen_digits)(count, seed)
    drawings: dict[int, list[list[Stroke]]] = {digit: [] for digit in range(10)}
    for digit, strokes in zip(pen.digits.digits.tolist(), pen.strokes, strict=True):
        drawings[digit].append(strokes)
    return drawings


@dataclass(eq=False)
class Sheet:
    """A page that is being written: strokes in pixels, and the box of each digit as (left, top, width, height)."""

    rows: int
    columns: int
    pen: float
    strokes: list[Stroke] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    digits: str = ""
    drawings: list[list[Stroke]] = field(default_factory=list)  # of each digit, those of the strokes that are its own
    links: list[list[Stroke]] = field(default_factory=list)  # of each digit, the lines that hang on it
    hands: dict[int, list[list[Stroke]]] = field(default_factory=drawings_by_digit)  # drawings of each digit

    def write(
        self,
        text: str,
        left: float,
        top: float,
        height: float,
        rng: np.random.Generator,
        gap: float = 0.2,
        wobble: float = 0.05,
        hurry: float = 0.0,
    ) -> float:
        """Write digits from (left, top) to the right, and return where the writing ends; a space leaves a gap.

        gap: between digits, in heights; below 0 they touch. wobble: random variation of height and baseline, in
        heights. hurry: how often the pen draws a line on its way to the next digit, or is lifted early, 0..1.
        """
        before: list[Stroke] | None = None  # the digit before this one, where the pen may come from it
        for character in text:
            if character == " ":
                left, before = left + 1.2 * height, None
                continue
            drawings = self.hands[int(character)]
            drawing = drawings[int(rng.integers(len(drawings)))]
            if hurry and rng.random() < hurry:
                drawing = lifted_early(drawing, rng)
            points = np.concatenate(drawing)
            low, high = points.min(axis=0), points.max(axis=0)
            tall = height * (1 + wobble * rng.normal())
            scale = (tall - self.pen) / max(high[1] - low[1], 1.0)
            at = np.array([left, top + height - tall + wobble * height * rng.normal()]) + self.pen / 2
            placed = [(stroke - low) * scale + at for stroke in drawing]
            self.strokes += placed
            self.drawings.append(placed)
            self.links.append([])
            if before is not None and hurry and rng.random() < hurry:
                self._join(before, placed, height, rng)
            before = placed
            size = (high - low) * scale + self.pen
            self.boxes.append((left, float(at[1] - self.pen / 2), float(size[0]), float(size[1])))
            left += float(size[0]) + gap * height
            self.digits += character
        return left

    def _join(self, before: list[Stroke], after: list[Stroke], height: float, rng: np.random.Generator) -> None:
        line, of_first, of_second = link(before[-1], after[0], height, rng)
        self.strokes.append(line)
        for digit, hangs in zip(self.links[-2:], (of_first, of_second), strict=True):
            digit += [line] * hangs

    def grey(self) -> NDArray[np.uint8]:
        """The page: black ink on white, (rows, columns)."""
        return np.rint(255 * (1 - ink_strokes(self.strokes, (self.rows, self.columns), self.pen / 2))).astype(np.uint8)


def sheet(
    lines: Sequence[str],
    rng: np.random.Generator,
    height: float = 60,
    gap: float = 0.2,
    wobble: float = 0.05,
    hands: dict[int, list[list[Stroke]]] | None = None,
    hurry: float = 0.0,
) -> Sheet:
    """A page with lines of digits and margins; height, gap, wobble and hurry as in Sheet.write().

    >>> page = sheet(["12", "345"], np.random.default_rng(0))
    >>> page.digits, len(page.boxes), page.grey().shape
    ('12345', 5, (300, 402))
    """
    columns = int(max((2.2 + 1.5 * len(line)) * height for line in lines))
    page = Sheet(int((1.2 + 1.9 * len(lines)) * height), columns, PEN * height, hands=hands or drawings_by_digit())
    for number, line in enumerate(lines):
        page.write(line, height, (0.8 + 1.9 * number) * height, height, rng, gap, wobble, hurry)
    return page
