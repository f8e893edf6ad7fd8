"""Where learning starts: random weights, drawn from the generator that is handed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from digitlens.errors import RecipeError
from digitlens.network.activations import Activation, Array
from digitlens.network.network import Layer, Network

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Initialisation:
    """A way to draw the weights and biases that lead into one layer: W, b = he(rng, n, n_before)."""

    name: str
    function: Callable[[Rng, int, int], Array]  # rng, n, n_before -> W, (n, n_before)
    source: str
    random_biases: bool = False  # from N(0, 1); else they are 0

    def __call__(self, rng: Rng, n: int, n_before: int) -> tuple[Array, Array]:
        """Weights (n, n_before) and biases (n,), in float64."""
        return self.function(rng, n, n_before), rng.standard_normal(n) if self.random_biases else np.zeros(n)


def _glorot(rng: Rng, n: int, n_before: int) -> Array:
    limit = np.sqrt(6 / (n + n_before))
    return rng.uniform(-limit, limit, (n, n_before))


standard_normal = Initialisation(  # of 784 pixels many sigmoids start saturated
    "standard_normal", lambda rng, n, m: rng.standard_normal((n, m)), "Sanderson 2017, the talk", random_biases=True
)
one_over_n = Initialisation(  # z starts about as large as the inputs
    "one_over_n", lambda rng, n, m: rng.standard_normal((n, m)) / np.sqrt(m), "LeCun et al. 1998, Efficient BackProp"
)
glorot = Initialisation("glorot", _glorot, "Glorot and Bengio 2010")  # signals keep their size both ways
he = Initialisation(  # ReLU lets only half of the signal through
    "he", lambda rng, n, m: rng.standard_normal((n, m)) * np.sqrt(2 / m), "He et al. 2015"
)

INITIALISATIONS = {each.name: each for each in (standard_normal, one_over_n, glorot, he)}


def initialise(
    sizes: Sequence[int], activations: Sequence[Activation], scheme: str, rng: Rng, dtype: Any = np.float32
) -> Network:
    """A network that has not learned anything yet.

    sizes: neurons in each layer, the image first, (784, 16, 16, 10).
    activations: one for each layer after the image.
    scheme: how the first weights are drawn, "one_over_n", "standard_normal", "glorot" or "he".
    rng: the random numbers.
    dtype: float32 or float64.
    """
    if scheme not in INITIALISATIONS:
        raise RecipeError(f"an initialisation is one of {', '.join(INITIALISATIONS)}, got {scheme!r}")
    drawn = [INITIALISATIONS[scheme](rng, n, n_before) for n_before, n in pairwise(sizes)]
    return Network(tuple(Layer(W.astype(dtype), b.astype(dtype)) for W, b in drawn), tuple(activations))
