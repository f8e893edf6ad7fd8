"""The training images of a Familiarity: digits of many hands and pens, and non-digits. All of them are framed.

The digits are MNIST's and pen digits, in which every way of writing is equally common. (A 1 with a foot is rare in
MNIST and common elsewhere.) Some are made wider or narrower, as by a camera, or stretched into a square in black and
white, as in scanned forms. The non-digits are those of digits/synthetic/nondigits.py. Pens and edges vary in the same
way for both, so that nothing can be learned from how an image was made.

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
from digitlens.digits.synthetic.nondigits import nondigits, pages_of
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
        "symbol": 6.0,
        "half": 0.7,
        "pair": 1.5,
        "turned": 1.5,
    }
)  # how often each kind of non-digit is used, relative to the others
STRETCH = (0.3, 0.45)  # mean and spread of the log of the factor by which a digit is widened
FILLED, WIDEST = (0.4, 1.0), 4.0  # share of its square that a digit fills on a form; the largest widening
THICKER, THINNER = 0.15, 0.15  # shares of the images with a pen one pixel wider, or narrower
LEAST_INK = 15 * 255  # the least ink that a narrower pen must leave
HARD = 0.25  # share of the images with hard edges


def framed(pages: Iterable[NDArray[np.uint8]]) -> Images:
    """The framed images of pages. Pages without ink are left out."""
    prepared = [prepare(page) for page in pages]
    images = [np.rint(255 * page.image).astype(np.uint8) for page in prepared if page.ink_found]
    return np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)


def digit_images(training: Digits, count: int, seed: int) -> Digits:
    """About `count` digits: half from `training`, a third pen digits of every allograph, a sixth of both stretched."""
    rng = np.random.default_rng([seed, 1])
    real = training[rng.permutation(len(training))[: count // 2]]
    each = -(-count // (3 * len(ALLOGRAPHS)))
    drawings = [drawing for allograph in ALLOGRAPHS for drawing in write(allograph, each, rng)]
    labels = np.repeat(np.array([allograph.digit for allograph in ALLOGRAPHS], np.uint8), each)
    images = np.concatenate([real.images, framed(pages_of(drawings, rng))])
    digits = np.concatenate([real.digits, labels])
    chosen = rng.integers(0, len(images), count // 4)
    wide = framed(_on_a_form(images[i], rng) if n % 3 else _stretched(images[i], rng) for n, i in enumerate(chosen))
    return Digits(np.concatenate([images, wide]), np.concatenate([digits, digits[chosen]]))


def _stretched(image: Images, rng: np.random.Generator) -> Images:
    """An image made wider or narrower, as dark ink on light paper."""
    return _wider(image, min(float(np.exp(rng.normal(*STRETCH))), WIDEST / 2))


def _on_a_form(image: Images, rng: np.random.Generator) -> Images:
    """An image in black and white, widened towards a square, as in a scanned form."""
    ink = np.where(image >= 0.4 * image.max(), 255, 0).astype(np.uint8)
    high, wide = (int(np.ptp(np.flatnonzero(ink.any(axis=axis)))) + 1 for axis in (1, 0))
    page = _wider(ink, min(max(rng.uniform(*FILLED) * high / wide, 1.0), WIDEST))
    return np.where(page < 128, 0, 255).astype(np.uint8)


def _wider(image: Images, factor: float) -> Images:
    """An image `factor` times as wide, as dark ink on light paper."""
    ink = np.pad(image, 4).astype(float)
    return (255 - np.rint(ink @ resampling(ink.shape[1], factor).T)).astype(np.uint8)


def nondigit_images(training: Digits, count: int, seed: int) -> dict[str, Images]:
    """Non-digits of each kind, about `count` in all, in the proportions of SHARES.

    Those that are made from digits are made half from `training`, half from pen digits.
    """
    images = {}
    for kind, share in SHARES.items():
        half = max(4, round(count * share / sum(SHARES.values()) / 2))
        pages = nondigits(kind, half, 2 * seed, training) + nondigits(kind, half, 2 * seed + 1)
        images[kind] = framed(pages)
    return images


def augmented(images: Images, rng: np.random.Generator) -> NDArray[np.float32]:
    """Images for one epoch: distorted a little, some with another pen or hard edges. (n, 28, 28) -> float32, 0..1."""
    images = distorted(images, "elastic", rng)
    pen = rng.random(len(images))
    thick = pen < THICKER
    images[thick] = _of_four(images[thick], np.maximum)
    thinner = _of_four(images, np.minimum)
    thin = (pen > 1 - THINNER) & (thinner.sum(axis=(1, 2)) > LEAST_INK)
    images[thin] = thinner[thin]
    ink = images * np.float32(1 / 255)
    hard = rng.random(len(ink)) < HARD
    ink[hard] = np.clip(4 * ink[hard] - 1.5, 0, 1)
    return ink


def _of_four(images: Images, which: np.ufunc) -> Images:
    """The maximum (or minimum) of each pixel and its neighbours to the right, below and diagonally."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1)))
    rows = which(padded[:, :-1], padded[:, 1:])
    result: Images = which(rows[:, :, :-1], rows[:, :, 1:])
    return result
