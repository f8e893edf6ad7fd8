"""Pages for tests: digits of our own pen model set in rows, with what they say and where each digit is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.pen.writer import pen_digits
from digitlens.digits.strokes import ink_strokes

Stroke = NDArray[np.float64]
PEN = 1 / 25  # of the writing's height


@cache
def written() -> dict[int, list[list[Stroke]]]:
    """Strokes of two hundred of each digit."""
    some = pen_digits(2_000, seed=7)
    found: dict[int, list[list[Stroke]]] = {digit: [] for digit in range(10)}
    for digit, strokes in zip(some.digits.digits.tolist(), some.strokes, strict=True):
        found[digit].append(strokes)
    return found


@dataclass
class Sheet:
    """A page that is being written: strokes in pixels, and the box of each digit as (left, top, width, height)."""

    rows: int
    columns: int
    pen: float
    strokes: list[Stroke] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    digits: str = ""

    def write(
        self,
        text: str,
        left: float,
        top: float,
        height: float,
        rng: np.random.Generator,
        gap: float = 0.2,
        wobble: float = 0.05,
    ) -> float:
        """Write digits from a place on, to the right; a space leaves room. gap: between digits, in heights; below 0
        they touch. Gives where the writing ends.
        """
        for character in text:
            if character == " ":
                left += 1.2 * height
                continue
            drawings = written()[int(character)]
            drawing = drawings[int(rng.integers(len(drawings)))]
            points = np.concatenate(drawing)
            low, high = points.min(axis=0), points.max(axis=0)
            tall = height * (1 + wobble * rng.normal())
            scale = (tall - self.pen) / max(high[1] - low[1], 1.0)
            at = np.array([left, top + height - tall + wobble * height * rng.normal()]) + self.pen / 2
            self.strokes += [(stroke - low) * scale + at for stroke in drawing]
            size = (high - low) * scale + self.pen
            self.boxes.append((left, float(at[1] - self.pen / 2), float(size[0]), float(size[1])))
            left += float(size[0]) + gap * height
            self.digits += character
        return left

    def grey(self) -> NDArray[np.uint8]:
        """The page: black ink on white, (rows, columns)."""
        return np.rint(255 * (1 - ink_strokes(self.strokes, (self.rows, self.columns), self.pen / 2))).astype(np.uint8)


def sheet(
    lines: Sequence[str], rng: np.random.Generator, height: float = 60, gap: float = 0.2, wobble: float = 0.05
) -> Sheet:
    """A page with some lines of digits, and margins."""
    columns = int(max((2.2 + 1.5 * len(line)) * height for line in lines))
    page = Sheet(int((1.2 + 1.9 * len(lines)) * height), columns, PEN * height)
    for number, line in enumerate(lines):
        page.write(line, height, (0.8 + 1.9 * number) * height, height, rng, gap, wobble)
    return page
