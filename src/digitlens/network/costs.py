"""How wrong the network is, as one number: each cost beside its slope.

a  (batch, n)  what the output neurons hold
y  (batch, n)  the targets: 1 for the right class, else 0
C  (batch,)    the cost of each image; the cost of a batch is their mean

Slopes are taken with respect to the last layer's z, not its a: for cross-entropy that is simply a - y, where a product
of two factors would be 0 · ∞. Values are computed from z too, so that they are right at z = ±100.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import RecipeError, ShapeError
from digitlens.network.activations import ACTIVATIONS, Activation, Array, sigmoid, softmax
from digitlens.network.network import Trace

OfTrace = Callable[[Trace, Array], Array]  # trace, y -> one number an image, or one an output


@dataclass(frozen=True, slots=True)
class CostFunction:
    """A cost and its slope, for outputs of one activation function; cost_for() makes it."""

    each: OfTrace = field(repr=False)  # trace, y -> C, (batch,)
    slope: OfTrace = field(repr=False)  # trace, y -> dC/dz of the last layer, (batch, n)
    dC_da: OfTrace | None = field(
        default=None, repr=False
    )  # (batch, n); None where only its product with the outputs' slope is known


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost by its name: which outputs it can take, and what it is for them."""

    name: str  # by which recipes and model files know it
    formula: str  # of one image, for people
    outputs: tuple[float, float]  # it takes activations whose range lies within this one
    function: Callable[[Activation], CostFunction] = field(repr=False)  # what it is for these outputs

    def takes(self, output: Activation) -> bool:
        """Can the output neurons have this activation function?"""
        if not isinstance(output, Activation):
            raise RecipeError(f"a cost takes an Activation or does not, got {type(output).__name__}")
        return self.outputs[0] <= output.range[0] and output.range[1] <= self.outputs[1]


def cost_for(name: str, output: Activation) -> CostFunction:
    """The cost called `name`, for output neurons with the activation function `output`.

    quadratic      sum over the outputs of (a - y)², as in the talk: no ½
    cross_entropy  of softmax outputs, one choice among all classes: -Σ y ln a;
                   of others a question of yes or no for each class: -Σ y ln a + (1 - y) ln(1 - a)

    Pairs that make no sense raise RecipeError, which says why.
    """
    if name not in COSTS:
        raise RecipeError(f"a cost is one of {', '.join(COSTS)}, got {name!r:.80}")
    cost = COSTS[name]
    if not cost.takes(output):
        others = ", ".join(each.name for each in ACTIVATIONS.values() if cost.takes(each))
        raise RecipeError(
            f"{name}, {cost.formula}, wants outputs between {cost.outputs[0]} and {cost.outputs[1]}, and {output.name} "
            f"outputs need not lie there: use outputs among {others}, or the quadratic cost"
        )
    return cost.function(output)


def one_hot(digits: NDArray[np.integer[Any]], classes: int = 10, dtype: Any = np.float32) -> Array:
    """The targets y, (n, classes) of this dtype: 1 for the right class, 0 for the others. digits: (n,), from 0."""
    return np.eye(classes, dtype=dtype)[digits]


def _error(trace: Trace, y: Array) -> Array:
    """The difference a - y; for cross-entropy this is the slope itself."""
    if y.shape != trace.a[-1].shape:
        raise ShapeError(f"a cost wants targets shaped like the outputs, {trace.a[-1].shape}, got {y.shape}")
    return trace.a[-1] - y


def _chain_rule(dC_da: OfTrace, output: Activation, trace: Trace, y: Array) -> Array:
    d, a = dC_da(trace, y), trace.a[-1]
    if output is softmax:  # each output depends on every z: da_i/dz_j = a_i ([i = j] - a_j)
        return a * (d - (d * a).sum(axis=-1, keepdims=True))
    return d * output.slope(trace.z[-1])


def _quadratic(output: Activation) -> CostFunction:
    return CostFunction(_squares, partial(_chain_rule, _twice_error, output), _twice_error)


def _squares(trace: Trace, y: Array) -> Array:
    return (_error(trace, y) ** 2).sum(-1)


def _twice_error(trace: Trace, y: Array) -> Array:
    return 2 * _error(trace, y)


def _cross_entropy(output: Activation) -> CostFunction:
    if output in (sigmoid, softmax):
        return CostFunction(_yes_or_no if output is sigmoid else _one_choice, _error)
    return CostFunction(_surprise, partial(_chain_rule, _surprise_slope, output), _surprise_slope)


def _surprise(trace: Trace, y: Array) -> Array:
    return -(y * np.log(_inside(trace)) + (1 - y) * np.log1p(-_inside(trace))).sum(axis=-1)


def _surprise_slope(trace: Trace, y: Array) -> Array:
    return _error(trace, y) / (_inside(trace) * (1 - _inside(trace)))


def _inside(trace: Trace) -> Array:
    tiny = np.finfo(trace.a[-1].dtype).eps
    return np.clip(trace.a[-1], tiny, 1 - tiny)  # the logarithm of 0 is infinite


def _yes_or_no(trace: Trace, y: Array) -> Array:
    z = trace.z[-1]
    return (np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))).sum(axis=-1)  # -ln σ(z), without overflow


def _one_choice(trace: Trace, y: Array) -> Array:
    z = trace.z[-1] - trace.z[-1].max(axis=-1, keepdims=True)
    others = np.sort(np.exp(z), axis=-1)[..., :-1].sum(axis=-1, keepdims=True)  # all but the largest, which is 1
    return (y * (np.log1p(others) - z)).sum(axis=-1)


quadratic = Cost("quadratic", "Σ (a − y)²", (-inf, inf), _quadratic)
cross_entropy = Cost(
    "cross_entropy", "−Σ y ln a for softmax outputs, −Σ y ln a + (1 − y) ln(1 − a) for others", (0, 1), _cross_entropy
)

COSTS = {each.name: each for each in (quadratic, cross_entropy)}
