"""One neuron's weighted sum, term by term, in numbers that add up.

    z = w_0 a_0 + w_1 a_1 + ... + bias,   a' = σ(z)

Every face that prints such a sum follows one rule. z and every row are printed rounded to d decimals. The row "the
other N add up to" is the printed z minus the printed rows, so the printed numbers add up exactly. That row differs from
its true value by at most half a unit of the last place for each row and for z.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from digitlens.checks import whole_number
from digitlens.errors import ShapeError, UsageError
from digitlens.network.network import Network, Trace

DECIMALS = 15  # the most: a float holds about that many digits


@dataclass(frozen=True, slots=True)
class Term:
    """One input of a neuron: its activation, its weight, and their product."""

    source: int  # the neuron of the layer before; for the first layer the pixel, row · 28 + column
    input: float  # a, the activation of that neuron or pixel
    weight: float  # w, from there to the neuron
    product: float  # input times weight


@dataclass(frozen=True, slots=True)
class NeuronSum:
    """One neuron's weighted sum, term by term: terms + rest + bias = z."""

    layer: int  # 1 for the first hidden layer
    neuron: int  # which neuron of the layer, from 0
    terms: tuple[Term, ...]  # the largest products, the largest first
    others: int  # how many inputs are not among the terms
    silent: int  # how many of these others are exactly 0, and so add nothing
    rest: float  # the sum of the others' products
    bias: float  # b
    z: float  # the weighted sum plus the bias
    activation: float  # a = σ(z)
    function: str  # the name of σ, such as "sigmoid"

    def __repr__(self) -> str:
        return (
            f"<NeuronSum: layer {self.layer}, neuron {self.neuron}, z {self.z:.4g}, activation {self.activation:.4g}>"
        )

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        rows: list[list[object]] = [[one.source, one.input, one.weight, one.product] for one in self.terms]
        rows += [[f"{self.others:,} others", None, None, self.rest], ["bias", None, None, self.bias]]
        rows += [["z", None, None, self.z], [f"{self.function}(z)", None, None, self.activation]]
        title = f"Layer {self.layer}, neuron {self.neuron}"
        return block(title, table(["from", "input", "weight", "product"], rows, bold=len(rows) - 1))

    def printed(self, decimals: int = 3) -> PrintedSum:
        """The numbers as text with `decimals` digits after the point, 1 to 15, adding up exactly."""
        rows, rest, z = add_up([*(term.product for term in self.terms), self.bias], self.z, decimals)
        return PrintedSum(rows[:-1], rest, rows[-1], z)


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """The numbers of a sum as text, each with its sign: products + rest + bias = z, exactly as printed."""

    products: tuple[str, ...]  # of the terms, such as "+0.100"
    rest: str  # what the others add up to, so that the printed numbers add up exactly
    bias: str  # b
    z: str  # the weighted sum plus the bias

    def __repr__(self) -> str:
        return f"<PrintedSum: {len(self.products)} products, rest {self.rest}, bias {self.bias}, z {self.z}>"


def add_up(rows: Sequence[float], total: float, decimals: int) -> tuple[tuple[str, ...], str, str]:
    """The rows, the rest and the total as text, such that rows + rest = total holds exactly as printed.

    Raises UsageError unless decimals is 1 to 15.

    >>> add_up([0.1004, 0.2004], 0.5008, decimals=3)
    (('+0.100', '+0.200'), '+0.201', '+0.501')
    """
    if not 1 <= whole_number("add_up()", "decimals", decimals) <= DECIMALS:
        raise UsageError(f"decimals: 1 to {DECIMALS}, got {decimals}")
    unit = 10**decimals
    *units, whole = (round(Fraction(value) * unit) for value in (*rows, total))  # exact: a float times unit is not

    def text(count: int) -> str:
        return f"{'-' if count < 0 else '+'}{abs(count) // unit}.{abs(count) % unit:0{decimals}d}"

    return tuple(map(text, units)), text(whole - sum(units)), text(whole)


def neuron_sum(network: Network, trace: Trace, layer: int, neuron: int, count: int = 6) -> NeuronSum:
    """One neuron's sum for one image: the `count` largest terms, and the sum of the others.

    layer: 1 for the first hidden layer. trace: of one image, every part a vector (n,).
    z is computed again in float64 from the inputs in the trace, so that its parts add up to it to many digits even in a
    float32 network. Raises UsageError for a layer or neuron that does not exist, ShapeError for the trace of a batch.
    """
    check_neuron(network, layer, neuron)
    if count < 0:
        raise UsageError(f"count: 0 or more terms, got {count}")
    if trace.a[0].ndim != 1:
        raise ShapeError(f"neuron_sum() wants the trace of one image, got {trace.a[0].shape}; take one with trace[i]")
    weights = network.layers[layer - 1].weights[neuron].astype(np.float64)  # (n_before,)
    inputs = trace.a[layer - 1].astype(np.float64)  # (n_before,)
    products = weights * inputs  # (n_before,)
    order = np.argsort(-np.abs(products), kind="stable")
    listed = [
        k for k in order[: min(count, len(products) - 1)] if products[k]
    ]  # at least one is not listed, to absorb the rounding
    others = np.setdiff1d(order, listed)
    bias = float(network.layers[layer - 1].biases[neuron])
    return NeuronSum(
        layer=layer,
        neuron=neuron,
        terms=tuple(Term(int(k), float(inputs[k]), float(weights[k]), float(products[k])) for k in listed),
        others=len(others),
        silent=int((inputs[others] == 0).sum()),
        rest=math.fsum(products[others]),
        bias=bias,
        z=math.fsum([*products, bias]),
        activation=float(trace.a[layer][neuron]),
        function=network.activations[layer - 1].name,
    )


def check_neuron(network: Network, layer: int, neuron: int) -> None:
    """Raise UsageError unless the network has that layer (1 is the first after the image) and that neuron in it."""
    for name, value in (("layer", layer), ("neuron", neuron)):
        whole_number("a neuron", name, value)
    if not 1 <= layer < len(network.sizes):
        raise UsageError(
            f"layer: 1 to {len(network.sizes) - 1} in this {'-'.join(map(str, network.sizes))} network, got {layer}"
        )
    if not 0 <= neuron < network.sizes[layer]:
        raise UsageError(f"neuron: 0 to {network.sizes[layer] - 1} in layer {layer}, got {neuron}")
