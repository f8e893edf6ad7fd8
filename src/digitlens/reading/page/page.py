"""A Page: what many digits on one picture were read as, where each of them is, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.decode import decode
from digitlens.digits.ink import reduce
from digitlens.reading.page.lines import find_lines, writing_size
from digitlens.reading.page.paper import Paper, find_paper, straightened
from digitlens.reading.page.pieces import pieces_of
from digitlens.reading.page.ruling import without_boxes, without_ruling
from digitlens.reading.page.split import Glyph, split

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader


def glyphs_of(grey, judge):
    paper = find_paper(grey)
    if not paper.contrast:
        return paper, [], [], 0
    paper = _fitting(paper)
    size = writing_size(pieces_of(paper.mask).boxes)
    paper = straightened(paper, size)
    threshold = paper.contrast * 0.4
    depth, ruled = without_ruling(paper.depth, threshold)
    size = writing_size(pieces_of(depth > threshold).boxes)
    depth, boxed = without_boxes(depth, threshold, size)
    paper = Paper(depth, paper.contrast, paper.reduction, paper.turn, paper.shape)
    pieces = pieces_of(paper.mask)
    lines, left_out = find_lines(pieces)
    ink = np.minimum(depth / np.float32(paper.contrast), 1)
    ink[ink < 0.1] = 0
    return paper, lines, [split(line, pieces, ink, judge) for line in lines], left_out


LARGE = 128
WANTED = 64
def _fitting(paper):
    size = writing_size(pieces_of(paper.mask).boxes)
    if size <= LARGE:
        return paper
    factor = int(size // WANTED)
    return Paper(reduce(paper.depth, factor).astype(np.float32), paper.contrast, paper.reduction * factor, 0.0, paper.shape)
