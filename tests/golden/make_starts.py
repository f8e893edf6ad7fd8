"""Where runs start, and in which order they see images, of twenty recipes: `python -m tests.golden.make_starts`.

Hashes of the first weights and of the first three epochs' orders. Python and the page answer to them; what changes here
changes every run that somebody has written down: look twice.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES as NAMED

FILE = Path(__file__).with_name("starts.json")
COUNT = 1_000  # images of an epoch
SCHEMES = ("one_over_n", "standard_normal", "glorot", "he")
RECIPES: list[tuple[Recipe, int, int]] = [  # with how many classes and pixels
    *((NAMED[name], 10, 784) for name in ("video", "talk", "video-best", "straight", "reader")),
    *((Recipe(initialisation=scheme, seed=1, hidden=(30,)), 10, 784) for scheme in SCHEMES),
    *((Recipe(initialisation=scheme, seed=2**33 + 7, hidden=(16, 3, 33)), 26, 480) for scheme in SCHEMES),
    *((Recipe(seed=seed), 10, 784) for seed in (1, 2, 2**31, 2**32, 2**53 - 1)),
    (Recipe(hidden=(), seed=4, schedule="cosine"), 10, 784),
    (Recipe(hidden=(1, 1), seed=5, schedule="constant", initialisation="standard_normal"), 2, 1),
]


def start(recipe: Recipe, classes: int, pixels: int) -> dict[str, object]:
    """The hashes of one recipe."""
    parts = [part for one in recipe.initial_network(classes, pixels).layers for part in (one.weights, one.biases)]
    orders = [recipe.stream("order", epoch).permutation(COUNT).astype("<u4") for epoch in range(3)]
    return {"weights": _sha256(*(part.astype("<f4") for part in parts)), "orders": [_sha256(one) for one in orders]}


def _sha256(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in arrays)).hexdigest()


if __name__ == "__main__":
    FILE.write_text(json.dumps([start(*one) for one in RECIPES], indent=1) + "\n", encoding="utf-8")
