"""Sorts pieces of ink into lines of writing, from top to bottom, and each line from left to right.

A piece as high as a digit is added to the line whose last pieces it is beside; so a line may rise and fall, as in
handwriting. Small pieces, such as the bar of a 5 or a dash, are then added to the line that they lie in.

boxes: (n, 4) top, left, bottom, right of each piece, the last two exclusive, on a straightened page
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Pieces
from digitlens.reading.page.figures import enclosing

MOST = 1_000  # pieces that are used; the largest ones
MOST_AREA = 24_000_000  # pixels of the boxes around them, together: pieces may lie in one another
SPECK = 0.1  # of the size of the writing: a piece that is smaller in both directions is dust
TALL = 0.5  # of the size of the writing: a piece at least this high is one or more digits
LOWEST, COMMON = 0.35, 0.6  # of the highest piece of a line: pieces so high may be digits; which share is no higher
HUGE = 3.5  # sizes: a higher piece is not writing
RULE = 2.5  # sizes: a flat piece this long is a line drawn by hand, as over a sum
FLAT = 0.12  # the largest ratio of height to length of such a line
BESIDE = 0.4  # of the lower of two pieces: the vertical overlap of pieces side by side
LATEST = 3  # how many pieces at the end of a line determine where it continues
FAR = 0.02  # how much a distance of one size reduces the overlap
NEAR = 0.5  # sizes: the largest vertical distance of a small piece from its line

DOT = 0.03, 0.3  # sizes: the least height and width of a dot, and the largest
COLON = 0.2, 0.8  # sizes: how far the dots of a colon are apart
LEANING = 0.35  # columns for each row: how far a colon may lean
CLOSE = 1.0  # sizes: how near digits are to it, at both sides
MOST_DOTS = 200  # on a page, and pairs of them; more are grain


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of writing: its pieces from left to right, and the height of its digits."""

    pieces: NDArray[np.int64]  # rows of Pieces.boxes
    height: float  # pixels


def writing_size(boxes: NDArray[np.int64]) -> float:
    """The height of the writing, in pixels: the median over the pieces, weighted by height²; 0 without pieces.

    What encloses something, such as the box of a form, says nothing about it.
    """
    if not len(boxes):
        return 0.0
    around = enclosing(boxes)
    boxes = boxes[~around] if not around.all() else boxes
    high = (boxes[:, 2] - boxes[:, 0]).astype(np.float64)
    order = np.argsort(high)
    total = np.cumsum(high[order] ** 2)
    return float(high[order][np.searchsorted(total, total[-1] / 2)])


def find_lines(pieces: Pieces) -> tuple[list[Line], int]:
    """The lines of writing on a page, from top to bottom; and how many pieces were left out because there are more."""
    size = writing_size(pieces.boxes)
    top, left, bottom, right = pieces.boxes.T
    high, wide = bottom - top, right - left
    writing = (np.maximum(high, wide) > SPECK * size) & (high <= HUGE * size)
    writing[_colons(pieces.boxes, size)] = True  # though their dots are as small as dust
    writing &= ~((wide >= RULE * size) & (high <= FLAT * wide))
    chosen = np.flatnonzero(writing)
    largest = chosen[np.argsort(-pieces.areas[chosen], kind="stable")[:MOST]]
    largest = largest[np.cumsum((high * wide)[largest]) <= MOST_AREA]
    left_out = len(chosen) - len(largest)
    if left_out:
        chosen = np.sort(largest)
    lines: list[list[int]] = []
    rest = chosen
    for _ in range(2):  # a second time for much smaller writing far from the rest, such as a date in a corner
        if not len(rest):
            break
        size = writing_size(pieces.boxes[rest])
        tall = rest[high[rest] >= TALL * size]
        fresh = _chains(pieces.boxes, tall[np.argsort(left[tall], kind="stable")], size)
        rest = _add_small(pieces.boxes, np.setdiff1d(rest, tall), fresh, size)
        lines += fresh
    sorted_lines = [_line(pieces.boxes, np.array(line)) for line in lines]
    return sorted(sorted_lines, key=lambda line: float(np.median((top + bottom)[line.pieces]))), left_out


def _colons(boxes: NDArray[np.int64], size: float) -> NDArray[np.int64]:
    """The dots of colons: small pieces one above the other, with digits close by at both sides."""
    top, left, bottom, right = boxes.T
    high, wide = bottom - top, right - left
    dots = np.flatnonzero((np.minimum(high, wide) >= DOT[0] * size) & (np.maximum(high, wide) <= DOT[1] * size))
    tall = np.flatnonzero((high >= TALL * size) & (high <= HUGE * size))
    if not 1 < len(dots) <= MOST_DOTS or not len(tall):
        return dots[:0]
    y, x = (top + bottom)[dots] / 2, (left + right)[dots] / 2
    down, aside = y - y[:, None], np.abs(x - x[:, None])  # (dots, dots), from the upper one to the lower one
    upper, lower = np.nonzero((down >= COLON[0] * size) & (down <= COLON[1] * size) & (aside <= LEANING * down))
    if len(upper) > MOST_DOTS:
        return dots[:0]
    found: list[int] = []
    for one, other in zip(upper.tolist(), lower.tolist(), strict=True):
        past = tall[(top[tall] <= y[one]) & (bottom[tall] >= y[other])]
        away = x[one] - right[past], left[past] - x[one]
        if all(((side >= 0) & (side <= CLOSE * size)).any() for side in away):
            found += [one, other]
    return dots[np.unique(np.array(found, np.int64))]


def _line(boxes: NDArray[np.int64], members: NDArray[np.int64]) -> Line:
    high = (boxes[:, 2] - boxes[:, 0])[members]
    written = high[high >= LOWEST * high.max()]  # a slash may be much higher than the digits
    tall = written[written >= TALL * np.quantile(written, COMMON)]
    return Line(members[np.argsort(boxes[members, 1] + boxes[members, 3], kind="stable")], float(np.median(tall)))


def _chains(boxes: NDArray[np.int64], order: NDArray[np.int64], size: float) -> list[list[int]]:
    """Lines of tall pieces. order: the pieces from left to right."""
    lines: list[list[int]] = []
    ends = np.empty((0, 3))  # of each line: mean top and bottom of its last pieces, and its right end
    for i in order.tolist():
        top, left, bottom, right = boxes[i]
        if lines:
            both = np.minimum(ends[:, 1], bottom) - np.maximum(ends[:, 0], top)
            beside = both / np.minimum(ends[:, 1] - ends[:, 0], bottom - top)
            fit = beside - FAR * np.maximum(left - ends[:, 2], 0) / size
            best = int(fit.argmax())
        if not lines or beside[best] < BESIDE:
            lines.append([i])
            ends = np.vstack([ends, [top, bottom, right]])
            continue
        lines[best].append(i)
        latest = boxes[lines[best][-LATEST:]]
        ends[best] = latest[:, 0].mean(), latest[:, 2].mean(), max(ends[best, 2], right)
    return lines


def _add_small(
    boxes: NDArray[np.int64], small: NDArray[np.int64], lines: list[list[int]], size: float
) -> NDArray[np.int64]:
    """Add each small piece to the line of its nearest tall piece; returns those that lie in no line."""
    if not len(small) or not lines:
        return small
    tall = np.concatenate([np.array(line) for line in lines])
    of_line = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    left_over = []
    for i in small.tolist():
        top, left, bottom, right = boxes[i]
        middle = (top + bottom) / 2
        up = np.maximum(np.maximum(boxes[tall, 0] - middle, middle - boxes[tall, 2]), 0)
        aside = np.maximum(np.maximum(boxes[tall, 1] - right, left - boxes[tall, 3]), 0)
        near = up <= NEAR * size
        if not near.any():
            left_over.append(i)
            continue
        nearest = np.flatnonzero(near)[np.argmin((4 * up + aside)[near])]
        lines[of_line[nearest]].append(i)
    return np.array(left_over, dtype=np.int64)
