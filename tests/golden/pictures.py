"""Write what preparation makes of some pictures, and of some strokes: `python -m tests.golden.pictures`.

The file holds the greys and the strokes themselves beside what comes out, so another language needs nothing else. Where
framing changes, FRAMING_VERSION goes up: networks that were trained behind the old one must not be read behind the new.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from digitlens.digits.preparation.adjusting import resize, straighten
from digitlens.digits.preparation.framing import FRAMING_VERSION, frame
from digitlens.digits.preparation.ink import find_ink, running_mean
from digitlens.digits.preparation.strokes import frame_strokes, ink_strokes
from digitlens.digits.synthetic.pen.hand import PAD
from digitlens.digits.synthetic.pen.writer import pen_digits

FILE = Path(__file__).with_name("pictures.json")


def numbers(array: Any) -> list[float]:
    """An array in one row, to ten decimals, zeros short."""
    return [round(float(n), 10) or 0 for n in np.ravel(array)]


def from_grey(grey: np.ndarray) -> dict[str, Any]:
    """A grey picture, (rows, columns) uint8 -> the ink that is found, framed, straightened, and brought to one size."""
    found = find_ink(grey)
    assert found is not None
    framed = frame(found.ink)
    straight = straighten(framed[None])
    return {
        "region": list(found.region),
        "reduction": found.reduction,
        "dark": found.dark,
        "flat": found.flat,
        "others": [list(look) for look in found.others],
        "levels": numbers([found.paper, found.contrast, found.grain]),
        "framed": numbers(framed),
        "straightened": numbers(straight),
        "resized": numbers(resize(straight)),
    }


def from_strokes(strokes: list[list[list[float]]], radius: float) -> dict[str, Any]:
    """A drawing, strokes of points (x, y) -> framed and inked."""
    framed = frame_strokes([np.array(stroke) for stroke in strokes], radius)
    return {"scale": framed.scale, "shift": list(framed.shift), "ink": numbers(framed.ink())}


def drawings() -> list[list[list[list[float]]]]:
    """A 4 and an 8 of our own pen, and a dot."""
    written = pen_digits(60, seed=3)
    first = [next(i for i, digit in enumerate(written.digits.digits) if digit == wanted) for wanted in (4, 8)]
    return [*([stroke.round(2).tolist() for stroke in written.strokes[i]] for i in first), [[[3.0, 5.0]]]]


def pages() -> dict[str, np.ndarray]:
    """Pictures for which each rule of preparation matters somewhere, as ink from 0 to 1 on nothing, or as grey."""
    four, eight, _ = ([np.array(stroke) for stroke in drawing] for drawing in drawings())

    def inked(drawing: list[np.ndarray], side: int, radius: float) -> np.ndarray:
        return ink_strokes([stroke * (side / PAD) for stroke in drawing], (side, side), radius)

    rng = np.random.default_rng(0)
    bar, edge = np.zeros((34, 30)), np.zeros((24, 26))
    bar[5:25, 8:11] = 1  # its centre of mass lies exactly between two pixels
    edge[2:22, 3:23] = 0.1
    edge[20:22, 3:23] = 1  # so heavy at its foot that centring would push its top out of the picture
    rings = 255 * (1 - inked(eight, 70, 2.5))
    rings = np.where(rings == 255, 255 - rng.integers(0, 9, rings.shape), rings)  # what compression leaves
    rings[:24] = rings[-20:] = 255
    form = 255 * (1 - inked(four, 60, 1.4))
    form[4:6], form[:, 2], form[56:58, 3:] = 60, 90, 0  # ruled, the writing on its lower line
    form[40:57, 30:32] = 0
    filling = inked(eight, 28, 2.4)
    light = 200 + np.add.outer(np.linspace(-30, 20, 84), np.linspace(10, -25, 84)) + rng.normal(0, 3, (84, 84))
    return {
        "blurred": 255 * (1 - running_mean(inked(eight, 80, 3.5), 2)),
        "thin": 255 * inked(four, 100, 0.8),
        "small": 255 * (1 - inked(eight, 22, 0.7)),
        "symmetric": 255 * bar,
        "heavy foot": 255 * edge,
        "pale": 255 - 90 * inked(four, 60, 2.0),
        "rings": rings,
        "photo": light - 120 * inked(eight, 84, 3.0),
        "thick": 255 * (1 - inked(eight, 36, 3.2)),
        "form": form,
        "fills its frame": 255 * (1 - filling[6:26, 4:17]),
        "waves": 170 - 100 * inked(eight, 56, 2.2) + 30 * np.sin(np.add.outer(np.arange(56) / 9, np.arange(56) * 1.3)),
        "noise": 255 * inked(four, 48, 1.5) + rng.normal(0, 25, (48, 48)),
        "framed already": 255 * frame(inked(four, 90, 3.0)),
    }


def golden() -> dict[str, Any]:
    """All of it."""
    greys = {name: np.rint(page).clip(0, 255).astype(np.uint8) for name, page in pages().items()}
    return {
        "about": "what preparation makes of 8-bit greys and of strokes; see tests/golden/pictures.py",
        "framing": FRAMING_VERSION,
        "greys": [
            {"name": name, "shape": grey.shape, "grey": base64.b64encode(grey.tobytes()).decode(), **from_grey(grey)}
            for name, grey in greys.items()
        ],
        "drawings": [
            {"strokes": strokes, "radius": radius, **from_strokes(strokes, radius)}
            for strokes, radius in zip(drawings(), (1.1, 0.7, 2.0), strict=True)
        ],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden(), separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
