"""The digits of a page, each with its box, and the numbers that they form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.reading.page.confidence import DOUBTFUL


@dataclass(frozen=True, slots=True, eq=False)
class DigitBox:
    """One digit of a page. Positions are in pixels of the original picture, after EXIF rotation."""

    left: int  # of the box, in pixels from the left border of the picture
    top: int  # in pixels from the upper border
    width: int  # in pixels
    height: int  # in pixels
    digit: int  # the class that it is read as, counted from 0: for digits, the digit
    label: str  # the name of that class
    image: NDArray[np.uint8]  # (28, 28), prepared as the network saw it, before adjusting
    activations: NDArray[np.float64]  # (classes,); not probabilities
    line: int  # counted from 0, top to bottom
    number: int  # which number of all on the page, counted from 0
    familiarity: float | None = None  # how much it looks like a digit, 0..1; None: the Reader cannot tell
    is_digit: bool | None = None  # whether the familiarity is enough for a digit; None: the Reader cannot tell
    confidence: float | None = None  # 0..1, how probable it is that this digit is right; None: the Reader cannot tell
    alternatives: tuple[tuple[str, float], ...] = ()  # other digits it could be, with their probabilities
    evidence: tuple[float, ...] = ()  # what the confidence was estimated from, see confidence.py

    def __repr__(self) -> str:
        return f"<DigitBox {self.label}: {self.width}×{self.height} pixels at ({self.left}, {self.top})>"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        answer: dict[str, Any] = {
            "left": self.left,
            "top": self.top,
            "width": self.width,
            "height": self.height,
            "digit": self.digit,
            "activation": round(float(self.activations.max()), 6),
            "line": self.line,
            "number": self.number,
        }
        if self.label != str(self.digit):
            answer["label"] = self.label
        if self.familiarity is not None:
            answer["familiarity"] = round(self.familiarity, 6)
            answer["is_digit"] = self.is_digit
        if self.confidence is not None:
            answer["confidence"] = round(self.confidence, 6)
            answer["alternatives"] = [[label, round(share, 6)] for label, share in self.alternatives]
        return answer


def mark(box: DigitBox, below: float) -> str:
    """Its label, or a question mark where its confidence is lower than `below`, or it is perhaps no digit."""
    doubtful = box.is_digit is False if box.confidence is None else box.confidence < below
    return "?" if doubtful else box.label


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """One number of a page. Positions are in pixels of the original picture, after EXIF rotation."""

    boxes: tuple[DigitBox, ...]  # its digits, from left to right; at least one
    confidence: float | None = None  # 0..1, how probable it is that all of it is right; None: the Reader cannot tell
    alternatives: tuple[tuple[str, float], ...] = ()  # what else it could be, with the probability of each
    fits: bool | None = None  # whether it is what was expected; None: nothing was
    evidence: tuple[float, ...] = ()  # what the confidence was estimated from, see confidence.py

    @property
    def text(self) -> str:
        """Its digits, such as "0123"."""
        return "".join(box.label for box in self.boxes)

    @property
    def line(self) -> int:
        """The line it stands in, counted from 0."""
        return self.boxes[0].line

    @property
    def left(self) -> int:
        """The left border of the box around its digits, in pixels."""
        return min(box.left for box in self.boxes)

    @property
    def top(self) -> int:
        """The upper border, in pixels."""
        return min(box.top for box in self.boxes)

    @property
    def width(self) -> int:
        """The width of the box, in pixels."""
        return max(box.left + box.width for box in self.boxes) - self.left

    @property
    def height(self) -> int:
        """The height of the box, in pixels."""
        return max(box.top + box.height for box in self.boxes) - self.top

    @property
    def doubtful(self) -> bool | None:
        """Whether a person should look at it; None: the Reader cannot tell."""
        if self.fits is False:
            return True
        if self.confidence is not None:
            return self.confidence < DOUBTFUL
        known = [box.is_digit for box in self.boxes if box.is_digit is not None]
        return not all(known) if known else None

    def __repr__(self) -> str:
        return f"<Number {self.text}: {self.width}×{self.height} pixels at ({self.left}, {self.top})>"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        answer: dict[str, Any] = {
            "text": self.text,
            "left": self.left,
            "top": self.top,
            "width": self.width,
            "height": self.height,
            "line": self.line,
        }
        if self.confidence is not None:
            answer["confidence"] = round(self.confidence, 6)
            answer["alternatives"] = [[text, round(share, 6)] for text, share in self.alternatives]
        judged = {"doubtful": self.doubtful, "fits": self.fits}
        return answer | {name: value for name, value in judged.items() if value is not None}
