"""Images as Fashion-MNIST's are, drawn by ourselves: grey clothes that fill their 28×28, light on dark, in ten classes.

A cut-out is scaled until its longer side fills the image, and its box, not its mass, lies in the middle.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SIDE = 28
SHAPES = {
    "T-shirt/top": [(30, 0), (70, 0), (100, 25), (85, 40), (75, 30), (75, 100), (25, 100), (25, 30), (15, 40), (0, 25)],
    "Trouser": [(30, 0), (70, 0), (75, 100), (56, 100), (50, 25), (44, 100), (25, 100)],
    "Pullover": [(32, 0), (68, 0), (88, 15), (100, 95), (84, 98), (76, 40), (76, 100), (24, 100), (24, 40), (16, 98),
                 (0, 95), (12, 15)],
    "Dress": [(38, 0), (44, 12), (56, 12), (62, 0), (66, 30), (60, 45), (78, 100), (22, 100), (40, 45), (34, 30)],
    "Sandal": [(0, 55), (25, 45), (60, 60), (100, 30), (98, 72), (60, 78), (0, 72)],
    "Bag": [(30, 35), (34, 5), (66, 5), (70, 35), (100, 35), (95, 95), (5, 95), (0, 35)],
    "Sneaker": [(0, 58), (40, 52), (60, 35), (98, 38), (100, 72), (0, 74)],
    "Ankle boot": [(0, 65), (38, 55), (52, 5), (96, 8), (100, 95), (0, 92)],
}  # fmt: skip
NAMES = tuple(SHAPES)


def cut_out(shape: list[tuple[int, int]], rng: np.random.Generator, size: int = 224) -> np.ndarray:
    """One piece of clothing on black, (size, size) uint8: its longer side fills the image."""
    points = np.array(shape, float) + rng.normal(scale=3, size=(len(shape), 2))
    points = points * [rng.uniform(0.8, 1.2), 1]
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - (low + high) / 2) * ((size - 1) / (high - low).max()) + (size - 1) / 2
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).polygon([tuple(point) for point in points], fill=255)
    rows = np.linspace(0, 1, size)[:, None]
    cloth = rng.uniform(90, 220) + rng.uniform(-60, 60) * rows + rng.uniform(0, 25) * np.sin(rows * rng.uniform(10, 90))
    cloth = cloth + np.zeros((size, size))
    if rng.random() < 0.5:  # a print, or a seam
        top, left = rng.integers(size // 4, size // 2, 2)
        cloth[top : top + size // 6, left : left + size // 5] += rng.uniform(-80, 60)
    return np.where(np.asarray(mask) > 0, np.clip(cloth, 20, 255), 0).astype(np.uint8)


def clothes(count: int, seed: int) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Large cut-outs, the same as images (count, 28, 28) uint8, and their classes (count,)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(SHAPES)
    large = [cut_out(SHAPES[NAMES[label]], rng) for label in labels]
    small = [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.BOX)) for one in large]
    return large, np.stack(small), labels
