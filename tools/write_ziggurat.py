#!/usr/bin/env python3
"""Write web/train/random/ziggurat_tables.js: the tables from which NumPy draws normal numbers, for the page.

    python tools/write_ziggurat.py

The bell curve is cut into 256 layers of equal area (Marsaglia and Tsang, The ziggurat method, 2000). Where each ends
follows from the layer below it; that recurrence is worked out here with 50 digits. NumPy's own tables differ from
it in the last digits of a float64. How, is read off NumPy's answers: a generator is set so that its next bits are
chosen ones.
"""

from __future__ import annotations

import base64
from decimal import Decimal, getcontext
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parents[1] / "src/digitlens/web/train/random/ziggurat_tables.js"
LAYERS = 256
END = Decimal("3.6541528853610087963519472518")  # of the lowest layer
FACTOR = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64's step
WHOLE = 2**128
BITS, BITS_32 = 52, 23  # of a place in a layer
WIDTH = 108  # characters of a line
CLOSE = Decimal("1e-13")  # NumPy's tables were worked out in float64

HEAD = """// @ts-check
// Written by tools/write_ziggurat.py, which says how; ziggurat.js says what it is. Float64s of 256 layers, in base64.

"""


def ends() -> tuple[list[Decimal], Decimal]:
    """Where each layer ends, the lowest last, and the area of each: the recurrence, with 50 digits."""
    getcontext().prec = 50

    def curve(x: Decimal) -> Decimal:
        return (-x * x / 2).exp()

    area = END * curve(END) + tail(END)
    x = [END]
    for _ in range(LAYERS - 2):
        x.insert(0, (-2 * (area / x[0] + curve(x[0])).ln()).sqrt())
    return [area / curve(END), *x], area  # layer 0 is the lowest one, with the tail made part of its width


def tail(end: Decimal) -> Decimal:
    """The area under the curve from `end` on: a continued fraction (Laplace), from its far end."""
    below = end
    for n in range(2_000, 0, -1):
        below = end + n / below
    return (-end * end / 2).exp() / below


class Chosen:
    """NumPy's generator, told what its next 64 bits are."""

    def __init__(self) -> None:
        self.bits = np.random.PCG64(0)
        self.generator = np.random.Generator(self.bits)
        self.state: Any = self.bits.state
        self.added: int = self.state["state"]["inc"]
        self.back = pow(FACTOR, -1, WHOLE)

    def draw(self, word: int, dtype: Any) -> tuple[float, bool]:
        """The normal number that comes of these bits, and whether nothing else was drawn for it."""
        after = word  # its higher half is 0: then the output is the lower half, not turned
        self.state["state"]["state"] = (after - self.added) * self.back % WHOLE
        self.state["has_uint32"], self.state["uinteger"] = 0, 0
        self.bits.state = self.state
        found = float(self.generator.standard_normal(dtype=dtype))
        left: Any = self.bits.state
        return found, left["state"]["state"] == after and left["has_uint32"] == (dtype is np.float32)


def recorded(chosen: Chosen, layer: int, bits: int, dtype: Any, near: int) -> tuple[float, int]:
    """Of one layer: its width over the places in it, and the first place that is not sure, which lies near `near`."""

    def answer(place: int) -> tuple[float, bool]:
        return chosen.draw(place << 9 | layer, dtype)

    place = 1 << max(0, near.bit_length() - 2)  # a power of two, so the quotient is exact; 1 is always under the curve
    width = answer(place)[0] / place
    low, high = max(0, near - 4_096), near + 4_096
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if answer(middle)[1] else (low, middle)
    return width, low


def tables() -> dict[str, list[float]]:
    """The tables as NumPy has them; an AssertionError where they are not those of the recurrence."""
    chosen, (x, _) = Chosen(), ends()
    width, sure, sure_32 = [], [], []
    for layer in range(LAYERS):
        inner = x[layer - 1] if layer > 1 else END if layer == 0 else Decimal(0)
        share = inner / x[layer]
        found = [
            recorded(chosen, layer, bits, dtype, int(share * 2**bits))
            for bits, dtype in ((BITS, np.float64), (BITS_32, np.float32))
        ]
        exact = x[layer] / 2**BITS
        wide = found[0][0]
        assert abs(Decimal(wide) / exact - 1) < CLOSE, layer
        assert abs(found[0][1] / (share * 2**BITS or 1) - (layer != 1)) < CLOSE, layer
        assert abs(found[1][1] - share * 2**BITS_32) < 3, layer
        assert found[1][0] == float(np.float32(wide * 2 ** (BITS - BITS_32))), layer
        width.append(wide)
        sure.append(float(found[0][1]))
        sure_32.append(float(found[1][1]))
    height = [1.0, *(float((-one * one / 2).exp()) for one in x[1:])]
    return {"WIDTH": width, "SURE": sure, "HEIGHT": height, "SURE_32": sure_32}


def text() -> str:
    """What the file holds."""
    parts = []
    for name, values in tables().items():
        letters = base64.b64encode(np.array(values, "<f8").tobytes()).decode()
        lines = [letters[i : i + WIDTH] for i in range(0, len(letters), WIDTH)]
        parts.append(f"export const {name} =\n" + " +\n".join(f'  "{line}"' for line in lines) + ";\n")
    return HEAD + "".join(parts)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
