"""Ink of any size becomes 28×28, the way the pictures of MNIST were made.

The recipe is the one of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition"
(1998), section III.A: crop to the ink, bring the longest side to 20 pixels with anti-aliasing, and put the centre of
mass into the middle of 28×28. Measured on MNIST itself: the longest side is 20 (19 in 16 of 70,000), and every centre
of mass lies between pixel index 13.5 and 14.5, so it was centred at pixel index 14 by whole pixels. The same two
rules serve pen strokes. Ink that had to be resampled gets a pen as MNIST's are: neither thinner nor thicker.

ink: (rows, columns) float64, 0 nothing to 1 full ink  ->  (28, 28) float64
A pixel with index i covers the interval from i to i + 1; its index stands for its middle.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.stroke_width import THINNEST as THINNEST_PEN
from digitlens.digits.preparation.stroke_width import stroke_width, with_pen, with_rim
from digitlens.errors import ShapeError

FRAMING_VERSION = 1  # goes into model files: a network must be read with the framing it was trained for
NOT_FRAMED = 0  # stands there for a network whose images were not made like MNIST's: see fitting.py
SIDE = 28  # rows and columns of a framed image
BOX = 20  # its longest side of ink
CENTRE = 14  # the pixel index where its centre of mass lies

LOOKED_AT = 1_000  # images of a data set, to see whether they are framed
OFF_CENTRE = 1.5  # pixels: a framed image's mass lies nearer to the middle, adjusted or not
OFF_SIZE = 2  # pixels: and its longest side is nearer to 20; a rim of one pixel where the pen was made wider

KEPT = 128  # pixels: the longest side for which a resampling is kept
FAINT = 0.25  # what is fainter than this share of the darkest does not decide how large the ink is
UNSEEN_PEN = 0.65  # pixels: none of MNIST's 70,000 digits was written by a thinner one; the thinnest has 0.657
THINNEST = 0.8  # 99.9 % of MNIST's digits have a quarter of their strokes at least that dark

Image = NDArray[np.float64]


def framing_for(shape: tuple[int, int]) -> int:
    """The framing of a network that sees so many rows and columns, of which no more is known."""
    return FRAMING_VERSION if shape == (SIDE, SIDE) else NOT_FRAMED


def framing_of(data: DataSet) -> int:
    """The framing for a network that learns from these images.

    Digits of 28×28 are framed. Other images of that size are where they lie as framed ones do; clothes that fill
    their image, and letters that fill more of it than MNIST's digits, are not.
    """
    if data.image_shape != (SIDE, SIDE) or data.holds_digits:
        return framing_for(data.image_shape)
    return FRAMING_VERSION if lie_framed(data.training.images[:LOOKED_AT]) else NOT_FRAMED


def lie_framed(images: NDArray[np.uint8]) -> bool:
    """Whether most of these images, (n, 28, 28), look framed: a longest side of about 20, the mass in the middle.

    Those without any ink do not count; where all are empty, nothing says otherwise.

    >>> bars = np.zeros((1, 28, 28), np.uint8); bars[0, 4:24, 13:15] = 255
    >>> lie_framed(bars), lie_framed(np.roll(bars, 4, axis=1)), lie_framed(np.full((1, 28, 28), 99, np.uint8))
    (True, False, False)
    """
    inked = images[images.any(axis=(1, 2))].astype(np.float64)
    if not len(inked):
        return True
    fits = np.ones(len(inked), bool)
    longest = np.zeros(len(inked), int)
    for axis in (1, 2):
        profile = inked.sum(axis=3 - axis)  # (n, 28): the ink of each row, or of each column
        there = profile > 0
        longest = np.maximum(longest, SIDE - there[:, ::-1].argmax(axis=1) - there.argmax(axis=1))
        middle = profile @ np.arange(SIDE) / profile.sum(axis=1)
        fits &= np.abs(middle - (CENTRE - 0.5)) <= OFF_CENTRE
    fits &= np.abs(longest - BOX) <= OFF_SIZE
    return bool(fits.mean() > 0.5)


class Box(NamedTuple):
    """A rectangle of whole pixels: `rows` by `columns`, its first pixel at (`top`, `left`)."""

    top: int
    left: int
    rows: int
    columns: int

    def cut(self, image: NDArray[Any]) -> NDArray[Any]:
        """That part of an image: a view, (rows, columns)."""
        return image[self.top : self.top + self.rows, self.left : self.left + self.columns]


def box_of(ink: NDArray[Any]) -> Box | None:
    """The smallest box that holds every pixel with ink; None where there is no ink at all.

    >>> page = np.zeros((50, 40)); page[10:13, 20] = 1
    >>> box_of(page)
    Box(top=10, left=20, rows=3, columns=1)
    """
    rows, columns = np.asarray(ink.any(axis=1)), np.asarray(ink.any(axis=0))
    top, left = int(rows.argmax()), int(columns.argmax())  # the first True
    if not rows[top]:
        return None
    bottom, right = len(rows) - int(rows[::-1].argmax()), len(columns) - int(columns[::-1].argmax())
    return Box(top, left, bottom - top, right - left)


def box_for_framing(ink: Image) -> Box | None:
    """The box that framing crops to: of all ink where that has MNIST's size already, else of what is not faint.

    The blur of an enlarged or compressed picture reaches further than its strokes, and would make them too small.
    """
    box = box_of(ink)
    if box is None or scale_for(max(box.rows, box.columns)) == 1.0:
        return box
    return box_of(ink >= FAINT * ink.max())


def centre_of_mass(ink: Image) -> tuple[float, float]:
    """Where the ink would balance: (row, column) as pixel indices. There must be some ink."""
    mass = float(ink.sum())
    return (
        float(ink.sum(axis=1) @ np.arange(ink.shape[0])) / mass,
        float(ink.sum(axis=0) @ np.arange(ink.shape[1])) / mass,
    )


def scale_for(longest: float) -> float:
    """How much ink of this longest side is enlarged (above 1) or reduced: exactly 1 for MNIST's own 19 and 20."""
    return 1.0 if BOX - 1 <= longest <= BOX else BOX / longest


def resampling(before: int, scale: float) -> Image:
    """The matrix that resamples one axis: (after, before), each row sums to 1 where it lies within the picture.

    Those of small pictures are kept, because the digits of a page have few sizes.

    Reducing averages what a new pixel covers (its edges in proportion); enlarging interpolates between the two nearest.
    """
    return _kept_resampling(before, scale) if before <= KEPT else _resampling(before, scale)


def _resampling(before: int, scale: float) -> Image:
    after = max(1, math.ceil(before * scale - 1e-9))
    # The new pixels are centred on the old ones: what is left over is shared by both ends.
    middle = (np.arange(after) + 0.5 - after / 2) / scale + before / 2  # (after,), in old pixels
    old = np.arange(before)
    if scale <= 1:
        low, high = middle - 0.5 / scale, middle + 0.5 / scale
        cover = np.minimum(high[:, None], old + 1) - np.maximum(low[:, None], old)  # (after, before)
        return np.maximum(cover, 0.0) * scale
    middle = np.clip(middle, 0.5, before - 0.5)
    return np.maximum(1.0 - np.abs(middle[:, None] - 0.5 - old), 0.0)


@lru_cache(maxsize=512)
def _kept_resampling(before: int, scale: float) -> Image:
    matrix = _resampling(before, scale)
    matrix.flags.writeable = False
    return matrix


def resample(ink: Image, scale: float) -> Image:
    """Enlarge or reduce an image by the same factor along both sides, with anti-aliasing."""
    if scale == 1.0:
        return ink
    return narrower(resampling(ink.shape[0], scale) @ ink, scale)


def narrower(ink: Image, scale: float) -> Image:
    """The same ink in a picture of so many times its columns, with anti-aliasing; its height stays."""
    return ink @ resampling(ink.shape[1], scale).T


def upper_quartile(values: Image) -> float:
    """What np.quantile(values, 0.75) gives, to the bit and several times as fast. values: (n,), at least one."""
    at = (len(values) - 1) * 0.75
    low = int(at)
    high = min(low + 1, len(values) - 1)
    ends = np.partition(values, (low, high))
    below, above = float(ends[low]), float(ends[high])
    share = at - low
    return above - (above - below) * (1 - share) if share >= 0.5 else below + (above - below) * share


class Scaled(NamedTuple):
    """Ink whose longest side is 20 pixels, and what was done to get there."""

    ink: Image  # (rows, columns); with a rim of one pixel more where the pen was made wider
    scale: float  # how much larger it became
    gain: float  # the factor by which it was strengthened
    drawn: float  # pixels: how wide the strokes were then
    pen: float  # and how wide they are now, brought to MNIST's pens; the same where nothing had to be done


def scaled(ink: Image) -> Scaled:
    """Cropped ink -> its longest side is 20 pixels, its pen one of MNIST's.

    A thin stroke comes out of the reduction grey. It is strengthened until the darker quarter of the strokes is as dark
    as in the thinnest digits of MNIST; then what is still thinner or thicker than MNIST's pens is made wider or
    narrower. Ink of MNIST's own size is not touched, unless its pen is thinner than any in MNIST: scale and gain are 1.
    """
    small, scale, gain, drawn = _small(ink)
    return Scaled(small, scale, gain, drawn, drawn if small is ink else stroke_width(small))


def _small(ink: Image) -> tuple[Image, float, float, float]:
    """As scaled(), without the pen in the end."""
    scale = scale_for(max(ink.shape))
    small, gain = ink, 1.0
    if scale != 1.0:
        small = resample(ink, scale)
        strokes = small[small > 0.3 * small.max()]
        gain = max(1.0, THINNEST / upper_quartile(strokes))
        small = np.minimum(small * gain, 1.0)
    drawn = stroke_width(small)
    if drawn < (UNSEEN_PEN if scale == 1.0 else THINNEST_PEN):
        small = with_pen(with_rim(small).astype(small.dtype, copy=False))
    elif small is not ink:
        small = with_pen(small, width=drawn)
    return small, scale, gain, drawn


def corner_for(ink: Image) -> tuple[int, int]:
    """Where the first pixel of `ink` goes in 28×28, so that its centre of mass comes to lie at pixel index 14.

    Whole pixels only, as MNIST did, and never so far that ink is lost over the edge.
    """
    row, column = centre_of_mass(ink)
    # Halves are rounded down, so MNIST's own images, whose centres lie in [13.5, 14.5), stay in place. The millionth
    # keeps an exact half, which symmetric ink often has, from being decided by the last bit of a sum.
    top, left = (math.ceil(CENTRE - 0.5 - middle - 1e-6) for middle in (row, column))
    return min(max(top, 0), SIDE - ink.shape[0]), min(max(left, 0), SIDE - ink.shape[1])


def place(ink: Image, corner: tuple[int, int]) -> Image:
    """Put ink of at most 28×28 onto an empty 28×28 with its first pixel at `corner`."""
    framed = np.zeros((SIDE, SIDE))
    framed[corner[0] : corner[0] + ink.shape[0], corner[1] : corner[1] + ink.shape[1]] = ink
    return framed


def frame(ink: Image) -> Image:
    """Ink of any size -> (28, 28), as MNIST was made (LeCun et al. 1998, section III.A).

    ink: (rows, columns), 0..1. No ink at all comes back as no ink. Raises ShapeError unless `ink` has two dimensions.

    >>> page = np.zeros((600, 800)); page[100:500, 300:340] = 1      # a large 1
    >>> box_of(frame(page))
    Box(top=4, left=13, rows=20, columns=2)
    """
    if ink.ndim != 2:
        raise ShapeError(f"frame() wants ink of shape (rows, columns), got {ink.shape}; frame one picture at a time")
    box = box_for_framing(ink)
    if box is None:
        return np.zeros((SIDE, SIDE))
    small, *_ = _small(box.cut(ink))
    return place(small, corner_for(small))
