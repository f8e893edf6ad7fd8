"""Finds the sheet in a photo or scan: what lies around it, a table top or the black lid of a scanner, is no paper.

The picture is split into light and dark. A sheet is a large part of one tone with straight sides, all its holes
(the writing) filled, and everywhere along its border the tone changes at once. Uneven light does not do that. A sheet
that reaches the border of the picture could as well be the sunny part of a page: there, what is around it must be
black. Where one digit is read, a sheet must have very straight sides, or a thick digit could be taken for one; but a
digit often reaches the border, and then the sheet is what lies beside a black strip along a whole side.

grey: (rows, columns), uint8 0..255 or floating point 0 black to 1 white
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, pieces_of
from digitlens.digits.preparation.framing import Box, box_of
from digitlens.digits.preparation.ink import otsu, reduce, running_mean

CELLS = 200  # along the longest side, in which the sheet is searched
LEAST, MOST = 0.08, 0.98  # of the picture: the area of a sheet
STRAIGHT = 0.86  # of the smallest rectangle around it, which may be turned: the least area of a sheet
VERY_STRAIGHT = 0.93  # the same, where one digit is read
LEAST_SIDE = 48  # pixels: a smaller picture shows a digit and no sheet
CONTRAST = 0.12  # the least difference between a sheet and what is around it
SHARP = 0.6  # of that difference: what there must be of it two cells off the border, ...
ALONG = 0.8  # ... along this share of the border
BLACK = 0.3  # around a sheet that reaches the border of the picture, nothing is lighter
AT_BORDER = 0.02  # of the picture's border: less does not count as reaching it
WHOLE = 0.97  # of a side: so much of it is black along a strip
MOSTLY = 0.6  # of the sheet beside a strip, of the cells next to the strip, and of the other sides: the least light
WIDEST = 0.4  # of the picture: the widest strip
RIM = 1.5  # cells of the sheet's own border that are left out with what is around it


def sheet_of_digit(grey: NDArray[Any]) -> tuple[NDArray[Any], Box] | None:
    """The sheet that one digit is on, and where it is in the picture; None if all of the picture is one.

    Where the sheet is turned, the corners around it are as light as it is: half of it is lighter, half darker.
    """
    if min(grey.shape) < LEAST_SIDE:
        return None
    mask = beside_strips(grey)  # first, because a digit that reaches the border is no part of what find_sheet() finds
    if mask is None:
        mask = find_sheet(grey, VERY_STRAIGHT)
    box = None if mask is None else box_of(mask)
    if mask is None or box is None:
        return None
    inside, part = box.cut(mask), box.cut(grey)
    levels = part[inside]
    middle = (len(levels) - 1) // 2
    return np.where(inside, part, np.partition(levels, middle)[middle]), box


def find_sheet(grey: NDArray[Any], straight: float = STRAIGHT) -> Mask | None:
    """Where the sheet is, (rows, columns); None if all of the picture is one, or if none is clear.

    straight: the least share that it has of the smallest rectangle around it.
    """
    cells, factor = _cells(grey)
    if min(cells.shape) < 12:
        return None
    light = cells > otsu(cells)
    sheets = [
        sheet for tone in (light, ~light) if (sheet := _largest(tone)) is not None and _is_sheet(cells, sheet, straight)
    ]
    if not sheets:
        return None
    sheet = max(sheets, key=np.count_nonzero)
    inner = running_mean(np.pad(sheet, 2, mode="edge").astype(np.float64), math.ceil(RIM))[2:-2, 2:-2] > 1 - 1e-9
    if not inner.any():  # a bar, all of which is rim
        return None
    return _enlarged(inner, factor, grey)


def _cells(grey: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """The picture reduced to cells, 0 black to 1 white, and how many pixels a cell is wide and high."""
    factor = math.ceil(max(grey.shape) / CELLS)
    return reduce(grey, factor) / (255.0 if grey.dtype == np.uint8 else 1.0), factor


def _enlarged(mask: Mask, factor: int, grey: NDArray[Any]) -> Mask:
    return mask.repeat(factor, axis=0).repeat(factor, axis=1)[: grey.shape[0], : grey.shape[1]]


def beside_strips(grey: NDArray[Any]) -> Mask | None:
    """What lies beside black strips along some sides of the picture, but not all; None where there are none."""
    cells, factor = _cells(grey)
    if min(cells.shape) < 12:
        return None
    light = cells > otsu(cells)
    black = ~light & (cells < BLACK)
    ends = []  # where the sheet begins, seen from the top, bottom, left and right
    for dark, bright in zip(_sides(black), _sides(light), strict=True):
        whole = dark.mean(axis=1) >= WHOLE
        wide = int(whole.argmin())
        if whole.all() or wide > WIDEST * len(whole) or (wide and bright[wide + 1].mean() < MOSTLY):
            return None
        ends.append(wide and wide + math.ceil(RIM))
    if not any(ends) or all(ends):
        return None
    top, bottom, left, right = ends
    sheet = np.zeros_like(light)
    sheet[top : len(cells) - bottom, left : cells.shape[1] - right] = True
    inner = light[top : len(cells) - bottom, left : cells.shape[1] - right]
    shares = [inner.mean(), *(side[0].mean() for side, end in zip(_sides(inner), ends, strict=True) if not end)]
    return _enlarged(sheet, factor, grey) if min(shares) >= MOSTLY else None


def _sides(cells: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Views of the cells, turned so that the top, bottom, left or right side is on top."""
    return cells, cells[::-1], cells.T, cells.T[::-1]


def _largest(tone: Mask) -> Mask | None:
    """The largest piece of a tone with its holes filled; None if there is none of a sheet's size."""
    pieces = pieces_of(tone)
    if not len(pieces):
        return None
    others = pieces_of(np.pad(pieces.labels != int(pieces.areas.argmax()) + 1, 1, constant_values=True))
    filled: Mask = (others.labels != others.labels[0, 0])[1:-1, 1:-1]
    return filled if LEAST <= filled.mean() <= MOST else None


def _is_sheet(cells: NDArray[Any], sheet: Mask, straight: float) -> bool:
    """Whether a part of the picture has straight sides and another tone than all that is around it."""
    if np.count_nonzero(sheet) < straight * _rectangle(sheet):
        return False
    inside, outside = float(np.median(cells[sheet])), float(np.median(cells[~sheet]))
    apart = inside - outside
    if abs(apart) < CONTRAST:
        return False
    share = running_mean(np.pad(sheet, 2, mode="edge").astype(np.float64), 2)[2:-2, 2:-2]
    rim = (share > 0) & ~sheet & (share < 0.35)  # about two cells outside
    reached = (cells[rim] - outside) / apart < 1 - SHARP
    if not rim.any() or reached.mean() < ALONG:
        return False
    edge = np.concatenate([sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1]])
    return bool(edge.mean() < AT_BORDER or (apart > 0 and np.quantile(cells[~sheet], 0.9) < BLACK))


def _rectangle(sheet: Mask) -> float:
    """The area of the smallest rectangle around it, in cells."""
    y, x = np.nonzero(sheet & (running_mean(sheet.astype(np.float64), 1) < 1) | _on_border(sheet))

    def area(degrees: float) -> float:
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return float((np.ptp(cos * x + sin * y) + 1) * (np.ptp(cos * y - sin * x) + 1))

    roughly = min(range(-45, 45, 3), key=area)
    return min(area(roughly + part / 2) for part in range(-3, 4))


def _on_border(sheet: Mask) -> Mask:
    border = np.zeros_like(sheet)
    border[[0, -1]] = sheet[[0, -1]]
    border[:, [0, -1]] = sheet[:, [0, -1]]
    return border
