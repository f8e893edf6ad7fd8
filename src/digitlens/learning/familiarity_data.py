"""What a Familiarity learns from: digits of many hands and pens, and pictures that are none; all of them framed.

Digits are MNIST's, our own pen's with every way of writing as often as any other (a 1 with a foot is rare here and
common elsewhere), and both of them drawn out or pressed together, as cameras do, or stretched into a square in one bit,
as forms are scanned. Non-digits are those of digits/synthetic/nondigits.py. Pen and edges change for all alike:
nothing is to be told from how a picture was made.

images: (n, 28, 28) uint8, ink 0..255
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import Digits
from digitlens.digits.preparation.framing import resampling
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.synthetic.distortions import distorted
from digitlens.digits.synthetic.nondigits import drawn, nondigits
from digitlens.digits.synthetic.pen.hand import write
from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS

Images = NDArray[np.uint8]

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "noise": 1.0,
        "blank": 0.5,
        "scribble": 4.0,
        "silhouette": 2.0,
        "letter": 4.0,
        "half": 0.7,
        "pair": 1.5,
        "turned": 1.5,
    }
)  # how often each kind of non-digit is shown, beside the others
DRAWN_OUT = (0.3, 0.45)  # mean and spread of the log of how much wider a digit becomes
FILLED, WIDEST = (0.4, 1.0), 4.0  # how much of its square a digit fills on a form; at most so many times as wide
THICKER, THINNER = 0.15, 0.15  # of the pictures shown get a pen one pixel wider, or narrower
LEAST_INK = 15 * 255  # what a narrower pen must leave
HARD = 0.25  # of the pictures shown have hard edges


def framed(pages: Iterable[NDArray[np.uint8]]) -> Images:
    """Pages as preparation frames them; those in which it finds no ink are left out."""
    prepared = [prepare(page) for page in pages]
    images = [np.rint(255 * one.image).astype(np.uint8) for one in prepared if one.ink_found]
    return np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)


def many_digits(training: Digits, count: int, seed: int) -> Digits:
    """Half from `training`, a third by our pen in every way there is, a sixth of both drawn out: about `count`."""
    rng = np.random.default_rng([seed, 1])
    some = training[rng.permutation(len(training))[: count // 2]]
    each = -(-count // (3 * len(ALLOGRAPHS)))
    drawings = [drawing for way in ALLOGRAPHS for drawing in write(way, each, rng)]
    written = np.repeat(np.array([way.digit for way in ALLOGRAPHS], np.uint8), each)
    images = np.concatenate([some.images, framed(drawn(drawings, rng))])
    digits = np.concatenate([some.digits, written])
    chosen = rng.integers(0, len(images), count // 6)
    wide = framed(_on_a_form(images[i], rng) if n % 2 else _drawn_out(images[i], rng) for n, i in enumerate(chosen))
    return Digits(np.concatenate([images, wide]), np.concatenate([digits, digits[chosen]]))


def _drawn_out(image: Images, rng: np.random.Generator) -> Images:
    """One picture, wider or narrower, as dark ink on light paper."""
    return _wider(image, min(float(np.exp(rng.normal(*DRAWN_OUT))), WIDEST / 2))


def _on_a_form(image: Images, rng: np.random.Generator) -> Images:
    """One picture in one bit, stretched towards the square that it was to fill, and in one bit again."""
    ink = np.where(image >= 0.4 * image.max(), 255, 0).astype(np.uint8)
    high, wide = (int(np.ptp(np.flatnonzero(ink.any(axis=axis)))) + 1 for axis in (1, 0))
    page = _wider(ink, min(max(rng.uniform(*FILLED) * high / wide, 1.0), WIDEST))
    return np.where(page < 128, 0, 255).astype(np.uint8)


def _wider(image: Images, factor: float) -> Images:
    """`factor` times as wide, as dark ink on light paper."""
    ink = np.pad(image, 4).astype(float)
    return (255 - np.rint(ink @ resampling(ink.shape[1], factor).T)).astype(np.uint8)


def many_strangers(training: Digits, count: int, seed: int) -> dict[str, Images]:
    """Non-digits of each kind; about `count` pages in all, as many of each as its share; cut digits of both hands."""
    strangers = {}
    for kind, share in SHARES.items():
        half = max(4, round(count * share / sum(SHARES.values()) / 2))
        pages = nondigits(kind, half, 2 * seed, training) + nondigits(kind, half, 2 * seed + 1)
        strangers[kind] = framed(pages)
    return strangers


def shown(images: Images, rng: np.random.Generator) -> NDArray[np.float32]:
    """Pictures as they are shown once: distorted a little, some with another pen or hard edges. -> float32, 0..1."""
    bent = distorted(images, "elastic", rng)
    pen = rng.random(len(bent))
    thick = pen < THICKER
    bent[thick] = _of_four(bent[thick], np.maximum)
    thin = _of_four(bent, np.minimum)
    some = (pen > 1 - THINNER) & (thin.sum(axis=(1, 2)) > LEAST_INK)
    bent[some] = thin[some]
    ink = bent * np.float32(1 / 255)
    hard = rng.random(len(ink)) < HARD
    ink[hard] = np.clip(4 * ink[hard] - 1.5, 0, 1)
    return ink


def _of_four(images: Images, which: np.ufunc) -> Images:
    """Each pixel becomes the most, or least, of itself and its neighbours to the right, below and across."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1)))
    rows = which(padded[:, :-1], padded[:, 1:])
    result: Images = which(rows[:, :, :-1], rows[:, :, 1:])
    return result
