"""What a hurried hand does between two digits: it lifts the pen early, and draws a line on its way to the next one.

So a 1 gets a hook at its foot, a 0 a tail at its head, and two digits hang together. stroke: (points, 2), in pen order
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]

LIFTED = 0.35  # of the last stroke: how much of it a hurried hand leaves out at most; less is more common
WHOLE, LANDING = 0.4, 0.15  # shares of the lines that reach from digit to digit, and that only lead into the next one
PART = 0.1, 0.6  # how much of the way the others are long
FAR = 1.2  # digit heights: over a longer way the pen is always lifted ...
HOOK = 0.35  # ... after at most this share of it
SWING = 0.35  # how far the pen goes on in its old direction, as a share of the way
LAST = 3  # points of a stroke that say in which direction it ends
POINTS = 12  # of a whole line


def lifted_early(drawing: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """The drawing without the end of its last stroke."""
    stroke = drawing[-1]
    kept = max(2, round(len(stroke) * (1 - LIFTED * rng.random() ** 2)))
    return [*drawing[:-1], stroke[:kept]]


def link(before: Stroke, after: Stroke, height: float, rng: np.random.Generator) -> tuple[Stroke, bool, bool]:
    """A line from the end of one digit's last stroke towards the start of the next one's first, (points, 2).

    height: of the writing. Also: whether the line hangs on the first digit, and whether it hangs on the second.
    """
    start, end = before[-1], after[0]
    way = float(np.hypot(*(end - start)))
    old = start - before[-min(LAST, len(before))]
    turn = start + old / max(float(np.hypot(*old)), 1e-9) * way * rng.uniform(0, SWING)
    turn = turn + (end - start) * rng.uniform(0, 0.5) + rng.normal(0, 0.04 * height, 2)
    first, last = 0.0, 1.0
    kind = rng.random()
    if way > FAR * height:
        last = rng.uniform(PART[0], HOOK)
    elif kind < LANDING:
        first = 1 - rng.uniform(*PART)
    elif kind > LANDING + WHOLE:
        last = rng.uniform(*PART)
    t = np.linspace(first, last, POINTS)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * turn + t**2 * end  # a quadratic Bézier curve
    return line, first == 0.0, last == 1.0
