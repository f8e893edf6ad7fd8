"""Pages for tests: photographed, and compared with what was written on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitlens.digits.synthetic.pen.rows import Sheet
from digitlens.reading.page.page import Page


def photograph(grey: NDArray[np.uint8], turn: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The page in uneven light, grainy, turned clockwise by so many degrees."""
    tilted = Image.fromarray(grey).rotate(-turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    seen = np.asarray(tilted, np.float64) / 255
    y, x = np.mgrid[-1 : 1 : seen.shape[0] * 1j, -1 : 1 : seen.shape[1] * 1j]
    seen = seen * (0.65 + 0.2 * x - 0.1 * y) + rng.normal(0, 0.015, seen.shape)
    return np.rint(255 * np.clip(seen, 0, 1)).astype(np.uint8)


def matched(page: Page, written: Sheet) -> int:
    """How many digits of the sheet have a box of their own on the page, that covers them and little else, in order."""
    found = 0
    for truth, box in zip(written.boxes, page.boxes, strict=False):
        left, top, width, height = truth
        across = min(left + width, box.left + box.width) - max(left, box.left)
        down = min(top + height, box.top + box.height) - max(top, box.top)
        both = max(across, 0) * max(down, 0)
        found += both / (width * height + box.width * box.height - both) > 0.7
    return found
