"""Finds the sheet in a photo or scan: what lies around it, a table top or the black lid of a scanner, is no paper.

The picture is split into light and dark. A sheet is a large part of one tone with straight sides, all its holes
(the writing) filled, and everywhere along its border the tone changes at once. Uneven light does not do that. A sheet
that reaches the border of the picture could as well be the sunny part of a page: there, what is around it must be
black. Where one digit is read, a sheet must have very straight sides, or a thick digit could be taken for one.

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
RIM = 1.5  # cells of the sheet's own border that are left out with what is around it


def sheet_of_digit(grey: NDArray[Any]) -> tuple[NDArray[Any], Box] | None:
    """The sheet that one digit is on, and where it is in the picture; None if all of the picture is one.

    Where the sheet is turned, the corners around it are as light as it is: half of it is lighter, half darker.
    """
    mask = find_sheet(grey, VERY_STRAIGHT) if min(grey.shape) >= LEAST_SIDE else None
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
    factor = math.ceil(max(grey.shape) / CELLS)
    cells = reduce(grey, factor) / (255.0 if grey.dtype == np.uint8 else 1.0)
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
    return inner.repeat(factor, axis=0).repeat(factor, axis=1)[: grey.shape[0], : grey.shape[1]]


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
