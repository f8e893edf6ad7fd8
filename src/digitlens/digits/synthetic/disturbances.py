"""Disturbances: digits moved, resized, slanted, with another pen, in bad light. For measuring, never for training.

A disturbance is a function (images, rng) -> pages. All its random numbers come from `rng`, so a seed determines the
pages. The constants limit how strong each is, so that every person still reads the same digit.

images: (n, 28, 28) uint8, ink from 0 (none) to 255 (full)
pages: (n, 112, 112) uint8, white on black like the images, unless the disturbance says otherwise
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import resample
from digitlens.digits.synthetic.distortions import bend
from digitlens.errors import ShapeError

Images = NDArray[np.uint8]
Disturbance = Callable[[Images, np.random.Generator], Images]

SIDE = 28
PAGE = 112  # rows and columns of a page
FARTHEST = 40  # pixels, the largest shift: the ink just stays on the page
LARGEST = 2.0  # the largest scale; the smallest is 1 / LARGEST
STEEPEST = np.radians(15.0)  # the largest slant and rotation
SIGMA = 0.1  # standard deviation of the noise; 1 is white
FALLOFF = 0.15  # of the lamp's light: 13 % less at a distance of half a page
SHADE = 0.6  # share of the light that is left in the shadow
INKY = 0.2  # share of the light that ink reflects
QUALITY = 30  # of the JPEG compression

# JPEG's quantisation of each frequency of brightness at quality 50 (ITU-T T.81, annex K, table K.1).
_COARSENESS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float64,
)


def as_it_is(images: Images, rng: np.random.Generator | None = None) -> Images:
    """No disturbance: in the middle of a black page. (n, 28, 28) -> (n, 112, 112). Raises ShapeError for other images.

    >>> as_it_is(np.full((2, 28, 28), 255, np.uint8))[0, 40:44, 56].tolist()
    [0, 0, 255, 255]
    """
    _check(images)
    rim = (PAGE - SIDE) // 2
    return np.pad(images, ((0, 0), (rim, rim), (rim, rim)))


def shifted(images: Images, rng: np.random.Generator) -> Images:
    """Moved by up to 40 whole pixels vertically and horizontally."""
    pages = np.zeros((len(images), PAGE, PAGE), np.uint8)
    moves = rng.integers(-FARTHEST, FARTHEST + 1, (len(images), 2))
    for page, middle, (down, right) in zip(pages, as_it_is(images), moves, strict=True):
        to = [slice(max(move, 0), PAGE + min(move, 0)) for move in (down, right)]
        of = [slice(max(-move, 0), PAGE + min(-move, 0)) for move in (down, right)]
        page[to[0], to[1]] = middle[of[0], of[1]]
    return pages


def resized(images: Images, rng: np.random.Generator) -> Images:
    """Scaled by a factor from 1/2 to 2, smaller as often as larger."""
    _check(images)
    pages = np.zeros((len(images), PAGE, PAGE), np.uint8)
    for page, image, scale in zip(pages, images, LARGEST ** rng.uniform(-1, 1, len(images)), strict=True):
        other = np.rint(resample(image.astype(np.float64), float(scale)))
        first = (PAGE - len(other)) // 2
        page[first : first + len(other), first : first + len(other)] = other
    return pages


def slanted(images: Images, rng: np.random.Generator) -> Images:
    """Slanted to the right or to the left by up to 15 degrees."""
    slopes = np.tan(rng.uniform(-STEEPEST, STEEPEST, len(images)))
    return as_it_is(_rotated_and_slanted(images, np.zeros(len(images)), slopes))


def turned(images: Images, rng: np.random.Generator) -> Images:
    """Rotated by up to 15 degrees either way."""
    angles = rng.uniform(-STEEPEST, STEEPEST, len(images))
    return as_it_is(_rotated_and_slanted(images, angles, np.zeros(len(images))))


def _rotated_and_slanted(images: Images, angles: NDArray[np.float64], slopes: NDArray[np.float64]) -> Images:
    """Each image rotated and slanted about pixel index 14, where MNIST's digits have their centre of mass."""
    _check(images)
    place = np.arange(-14.0, 15.0, 7.0)  # of the control points, relative to the middle
    down, right = place[:, None], place[None, :] + slopes[:, None, None] * place[:, None]
    cosine, sine = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    grids = np.empty((len(images), 2, 5, 5), np.float32)
    grids[:, 0] = cosine * down + sine * right - place[:, None]
    grids[:, 1] = cosine * right - sine * down - place
    return bend(images, grids)


def thicker(images: Images, rng: np.random.Generator) -> Images:
    """A pen one pixel wider: each pixel is the maximum of 2 × 2."""
    return as_it_is(_over_neighbours(np.maximum, images))


def thinner(images: Images, rng: np.random.Generator) -> Images:
    """A pen one pixel narrower: each pixel is the minimum of 2 × 2."""
    return as_it_is(_over_neighbours(np.minimum, images))


def _over_neighbours(extreme: np.ufunc, images: Images) -> Images:
    """The maximum (or minimum) of each pixel and its neighbours to the right, below and diagonally."""
    _check(images)
    wide = np.pad(images, ((0, 0), (0, 1), (0, 1)))
    columns = extreme(wide[:, :, 1:], wide[:, :, :-1])
    result: Images = extreme(columns[:, 1:], columns[:, :-1])
    return result


def inverted(images: Images, rng: np.random.Generator) -> Images:
    """Black on white."""
    return 255 - as_it_is(images)


def compressed(images: Images, rng: np.random.Generator) -> Images:
    """Compressed as a JPEG file of quality 30."""
    waves = np.cos(np.arange(8)[:, None] * (2 * np.arange(8) + 1) * np.pi / 16) / 2  # (frequency, pixel)
    waves[0] /= np.sqrt(2)
    steps = np.clip(np.floor((_COARSENESS * (5000 // QUALITY) + 50) / 100), 1, 255)
    blocks = as_it_is(images).reshape(-1, PAGE // 8, 8, PAGE // 8, 8).swapaxes(2, 3) - 128.0
    quantised = np.rint(waves @ blocks @ waves.T / steps) * steps
    pages = (waves.T @ quantised @ waves).swapaxes(2, 3).reshape(-1, PAGE, PAGE)
    return _grey(pages + 128)


def noisy(images: Images, rng: np.random.Generator) -> Images:
    """Gaussian noise of σ = 0.1 on every pixel, clipped at black and white."""
    pages = as_it_is(images)
    return _grey(pages + 255 * SIGMA * rng.standard_normal(pages.shape, dtype=np.float32))


def unevenly_lit(images: Images, rng: np.random.Generator) -> Images:
    """Dark ink on white paper under a lamp near the page, with a soft shadow over part of it."""
    pages = as_it_is(images) / 255.0
    y, x = np.meshgrid(np.linspace(-1, 1, PAGE), np.linspace(-1, 1, PAGE), indexing="ij")
    for page in pages:
        lamp, shadow = rng.uniform(-1, 1, 2), rng.uniform(-0.8, 0.8)
        angle, softness = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.5)
        light = 1 / (1 + FALLOFF * ((y - lamp[0]) ** 2 + (x - lamp[1]) ** 2))
        lit = 1 / (1 + np.exp((shadow - np.cos(angle) * x - np.sin(angle) * y) / softness))
        page[:] = light * (SHADE + (1 - SHADE) * lit) * (1 - (1 - INKY) * page)
    return _grey(255 * pages)


def _grey(levels: NDArray[Any]) -> Images:
    """Round and clip to uint8, 0..255."""
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


DISTURBANCES: Mapping[str, Disturbance] = MappingProxyType(
    {
        "shifted": shifted,
        "resized": resized,
        "slanted": slanted,
        "turned": turned,
        "thicker": thicker,
        "thinner": thinner,
        "inverted": inverted,
        "compressed": compressed,
        "noisy": noisy,
        "unevenly lit": unevenly_lit,
    }
)


def _check(images: Any) -> None:
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        got = f"{images.shape} in {images.dtype}" if isinstance(images, np.ndarray) else type(images).__name__
        raise ShapeError(
            f"a disturbance wants images of shape (n, 28, 28) in uint8, got {got}; for one image use image[None]"
        )
