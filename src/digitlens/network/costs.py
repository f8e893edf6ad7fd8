"""How wrong the network is, as one number: each cost beside its slope.

a  (batch, 10)  what the output neurons hold
y  (batch, 10)  the targets: 1 for the right digit, else 0
C  (batch,)     the cost of each image; the cost of a batch is their mean

Slopes are taken with respect to the last layer's z, not its a: for cross-entropy that is simply a - y, where a product
of two factors would be 0 · ∞. Values are computed from z too, so that they are right at z = ±100.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import RecipeError, ShapeError
from digitlens.network.activations import Activation, Array, sigmoid, softmax
from digitlens.network.network import Trace

COSTS = ("quadratic", "cross_entropy")


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost and its slope for outputs of one activation function; cost_for() makes it."""

    each: Callable[[Trace, Array], Array]  # trace, y -> C, (batch,)
    slope: Callable[[Trace, Array], Array]  # trace, y -> dC/dz of the last layer, (batch, 10)


def cost_for(name: str, output: Activation) -> Cost:
    """The cost called `name`, for output neurons with the activation function `output`.

    quadratic      sum over the outputs of (a - y)², as in the talk: no ½
    cross_entropy  for sigmoid outputs ten questions of yes or no, -Σ y ln a + (1 - y) ln(1 - a);
                   for softmax outputs one choice among ten, -Σ y ln a

    Pairs that make no sense raise RecipeError, which says why.
    """
    if name == "quadratic":
        return Cost(lambda trace, y: (_error(trace, y) ** 2).sum(axis=-1), _quadratic_slope(output))
    if name == "cross_entropy" and output in (sigmoid, softmax):
        return Cost(_ten_questions if output is sigmoid else _one_choice, _error)
    if name == "cross_entropy":
        raise RecipeError(
            f"cross_entropy takes logarithms of the outputs, which must lie between 0 and 1, and {output.name} outputs "
            "need not: use sigmoid or softmax outputs, or the quadratic cost"
        )
    raise RecipeError(f"a cost is one of {', '.join(COSTS)}, got {name!r}")


def one_hot(digits: NDArray[np.integer[Any]], classes: int = 10, dtype: Any = np.float32) -> Array:
    """The targets y: (n,) digits -> (n, classes), 1 for the right one and 0 for the others."""
    return np.eye(classes, dtype=dtype)[digits]


def _error(trace: Trace, y: Array) -> Array:
    """The difference a - y; for cross-entropy this is the slope itself."""
    if y.shape != trace.a[-1].shape:
        raise ShapeError(f"a cost wants targets shaped like the outputs, {trace.a[-1].shape}, got {y.shape}")
    return trace.a[-1] - y


def _quadratic_slope(output: Activation) -> Callable[[Trace, Array], Array]:
    def slope(trace: Trace, y: Array) -> Array:
        dC_da, a = 2 * _error(trace, y), trace.a[-1]
        if output is softmax:  # each output depends on every z: da_i/dz_j = a_i ([i = j] - a_j)
            return a * (dC_da - (dC_da * a).sum(axis=-1, keepdims=True))
        return dC_da * output.slope(trace.z[-1])

    return slope


def _ten_questions(trace: Trace, y: Array) -> Array:
    z = trace.z[-1]
    return (np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))).sum(axis=-1)  # -ln σ(z), without overflow


def _one_choice(trace: Trace, y: Array) -> Array:
    z = trace.z[-1] - trace.z[-1].max(axis=-1, keepdims=True)
    others = np.sort(np.exp(z), axis=-1)[..., :-1].sum(axis=-1, keepdims=True)  # all but the largest, which is 1
    return (y * (np.log1p(others) - z)).sum(axis=-1)
