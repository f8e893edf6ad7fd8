"""The kernel says what it can do, and whatever it refuses it refuses by name."""

from __future__ import annotations

from itertools import product

import pytest
from tests.kernel import served
from tests.only_in_python import GAUSSIAN, SOFTPLUS

from digitlens.kernel import native
from digitlens.kernel.capabilities import capabilities, refuses
from digitlens.network.activations import ACTIVATIONS, Activation
from digitlens.network.costs import COSTS
from digitlens.network.optimisers import OPTIMISERS

pytestmark = pytest.mark.skipif(
    bool(native.missing()), reason=f"the compiled kernel was not asked: {native.missing()}; install g++ and reinstall"
)
SIGMOID, SOFTMAX = ACTIVATIONS["sigmoid"], ACTIVATIONS["softmax"]


def asked(*activations: Activation, pixels: int = 784, dtype: str = "float32", cost: str = "", rule: str = "") -> str:
    return refuses((pixels, *(8 for _ in activations)), activations, dtype, cost=cost, optimiser=rule)


def test_what_the_lists_hold_is_known_to_python_under_the_same_names() -> None:
    can = capabilities()
    assert {*can.activations} == {name for name in can.outputs if not ACTIVATIONS[name].whole_layer}
    assert {*can.outputs} <= {*ACTIVATIONS}
    assert {*can.costs} <= {*COSTS}
    assert can.optimisers == {name: OPTIMISERS[name]().memories for name in can.optimisers}
    for cost, outputs in can.costs.items():
        assert {*outputs} <= {name for name in ACTIVATIONS if COSTS[cost].takes(ACTIVATIONS[name])}


def test_whatever_it_does_not_refuse_it_can_be_made_ready_for() -> None:
    for hidden, (output, cost) in product(served.HIDDEN, served.PAIRS):
        activations = ACTIVATIONS[hidden], ACTIVATIONS[output]
        assert asked(*activations, cost=cost) == ""
        native.engine((784, 8, 8), activations, cost)
    assert all(asked(SIGMOID, rule=rule) == "" for rule in served.OPTIMISERS)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (asked(SOFTPLUS, SIGMOID), ["activation", "softplus", "leaky_relu"]),
        (asked(SIGMOID, SOFTPLUS), ["activation", "softplus", "softmax"]),
        (asked(SIGMOID, GAUSSIAN, cost="cross_entropy"), ["gaussian"]),
        (asked(SIGMOID, ACTIVATIONS["tanh"], cost="cross_entropy"), ["cross_entropy", "sigmoid", "softmax", "tanh"]),
        (asked(SIGMOID, cost="hinge"), ["cost", "hinge", "quadratic"]),
        (asked(SIGMOID, rule="nesterov"), ["optimiser", "nesterov", "adam"]),
        (asked(SIGMOID, dtype="float64"), ["float32", "float64"]),
        (asked(SIGMOID, pixels=70_000), ["pixels", "70"]),
        (asked(*[SIGMOID] * 16), ["15 layers", "16"]),
        (refuses((784, 70_000), [SIGMOID], "float32"), ["65,536", "70,000"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_it_refuses_it_refuses_by_name(reason: str, words: list[str]) -> None:
    assert all(word in reason for word in words), reason
