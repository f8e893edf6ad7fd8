"""Where learning starts: random weights, drawn from the generator that is handed in."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from digitlens.errors import RecipeError
from digitlens.network.activations import Activation, Array
from digitlens.network.network import Layer, Network

Rng = np.random.Generator


def standard_normal(rng: Rng, n: int, n_before: int) -> tuple[Array, Array]:
    """Everything from N(0, 1), biases too, as in the talk: of 784 pixels many sigmoids start saturated."""
    return rng.standard_normal((n, n_before)), rng.standard_normal(n)


def one_over_n(rng: Rng, n: int, n_before: int) -> tuple[Array, Array]:
    """Weights from N(0, 1/n_before): z starts about as large as the inputs (LeCun et al. 1998, Efficient BackProp)."""
    return rng.standard_normal((n, n_before)) / np.sqrt(n_before), np.zeros(n)


def glorot(rng: Rng, n: int, n_before: int) -> tuple[Array, Array]:
    """Weights uniform in ±√(6 / (n + n_before)): signals keep their size both ways (Glorot and Bengio 2010)."""
    limit = np.sqrt(6 / (n + n_before))
    return rng.uniform(-limit, limit, (n, n_before)), np.zeros(n)


def he(rng: Rng, n: int, n_before: int) -> tuple[Array, Array]:
    """Weights from N(0, 2/n_before), since ReLU lets only half of the signal through (He et al. 2015)."""
    return rng.standard_normal((n, n_before)) * np.sqrt(2 / n_before), np.zeros(n)


INITIALISATIONS = {f.__name__: f for f in (standard_normal, one_over_n, glorot, he)}


def initialise(
    sizes: Sequence[int], activations: Sequence[Activation], scheme: str, rng: Rng, dtype: Any = np.float32
) -> Network:
    """A network that has not learned anything yet.

    sizes: neurons a layer, the picture first. activations: one a layer after it. scheme: a name in INITIALISATIONS.
    """
    if scheme not in INITIALISATIONS:
        raise RecipeError(f"an initialisation is one of {', '.join(INITIALISATIONS)}, got {scheme!r}")
    drawn = [INITIALISATIONS[scheme](rng, n, n_before) for n_before, n in pairwise(sizes)]
    return Network(tuple(Layer(W.astype(dtype), b.astype(dtype)) for W, b in drawn), tuple(activations))
