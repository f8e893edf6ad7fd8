"""One example through back-propagation, number by number: from the cost down to any single weight.

a, z, W, b as in network/network.py, of one image: vectors (n,)
dC_dz[l]   (n,)  how the cost changes with each weighted sum of layer l + 1
dC_da[l]   (n,)  how the cost changes with each activation of layer l + 1

Everything is in float64, whatever the network's own type, so that the numbers can be followed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitlens.checks import check_number, whole_number
from digitlens.deprecations import renamed_method, renamed_property
from digitlens.errors import DataError, ShapeError, UsageError
from digitlens.lens.neuron import check_neuron
from digitlens.network.activations import Array
from digitlens.network.costs import CostFunction, cost_for, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Layers, Network, Trace
from digitlens.network.optimisers import each


@dataclass(frozen=True, slots=True)
class OutputGradient:
    """How the cost changes with one output neuron: dC/dz = σ'(z) · dC/da."""

    neuron: int  # from 0
    activation: float  # a of this neuron
    target: float  # y, what a should be: 1 for the right class, else 0
    dC_da: float | None  # None if only the product of both slopes is defined, as for softmax with cross-entropy
    slope: float | None  # σ'(z); None for softmax, whose outputs have no slope of their own
    dC_dz: float  # dC_da times slope

    @property
    def up(self) -> bool:
        """The cost falls when this neuron becomes more active."""
        return self.dC_dz < 0

    def __repr__(self) -> str:
        values = f"activation {self.activation:.4g}, target {self.target:g}"
        return f"<OutputGradient: neuron {self.neuron}, {values}, dC/dz {self.dC_dz:.4g}>"


@dataclass(frozen=True, slots=True)
class ChainTerm:
    """One term of dC/da of a neuron: the weight to a neuron of the next layer, times dC/dz there."""

    neuron: int  # of the next layer, from 0
    weight: float  # from this neuron to that one
    dC_dz: float  # how the cost changes with the weighted sum of that one
    product: float  # weight times dC_dz


@dataclass(frozen=True, slots=True)
class WeightChain:
    """The chain of derivatives from the cost to one weight: dC/dw = a · σ'(z) · dC/da."""

    layer: int  # the layer that the weight leads into; 1 for the first hidden layer
    neuron: int  # the neuron of that layer that it leads to
    source: int  # the neuron of the layer before that it comes from; for layer 1 the pixel, row · columns + column
    weight: float  # w
    input: float  # a of the source, which is dz/dw
    slope: float | None  # σ'(z) of the neuron, which is da/dz; None at softmax outputs
    terms: tuple[ChainTerm, ...]  # of dC_da, one for each neuron of the next layer; none at the outputs
    dC_da: float | None  # how the cost changes with the neuron's activation: the sum of the terms
    dC_dz: float  # how the cost changes with the neuron's weighted sum
    dC_dw: float  # how the cost changes with the weight: input times dC_dz

    asked = renamed_property("WeightChain", "asked", "terms")

    def __repr__(self) -> str:
        where = f"from neuron {self.source} to neuron {self.neuron} of layer {self.layer}"
        return f"<WeightChain: {where}, dC/dw {self.dC_dw:.4g}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, pairs

        factors = [("a", self.input), ("σ′(z)", self.slope), ("dC/da", self.dC_da), ("dC/dz", self.dC_dz)]
        title = f"The weight from neuron {self.source} to neuron {self.neuron} of layer {self.layer}"
        return block(title, pairs([("w", self.weight), *factors, ("dC/dw = a · dC/dz", self.dC_dw)]))


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """One example through back-propagation."""

    network: Network  # a copy in float64
    cost_function: CostFunction  # with its slope, for the outputs of this network
    trace: Trace  # of the one image, every part a vector (n,)
    targets: Array  # (classes,), 1 for the class the image should be read as, else 0
    gradient: Layers  # dC/dW and dC/db, of the same shapes as network.layers
    dC_dz: tuple[Array, ...]  # for each layer after the image, (n,): how the cost changes with each weighted sum
    dC_da: tuple[Array, ...]  # the same with each activation, (n,); NaN at the outputs of a cost without this slope

    def __repr__(self) -> str:
        return f"<Steps: target {int(self.targets.argmax())}, cost {self.cost:.4g}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        target = int(self.targets.argmax())
        head = ["output", "activation", "target", "dC/da", "σ′(z)", "dC/dz"]
        rows = [
            [row.neuron, row.activation, row.target, row.dC_da, row.slope, row.dC_dz] for row in self.output_gradients()
        ]
        return block(f"Target {target}", table(head, rows, bold=target), about=f"cost {self.cost:.4g}")

    @property
    def cost(self) -> float:
        """The cost of this one image."""
        return _cost(self.network, self.cost_function, self.trace.a[0], self.targets)

    def output_gradients(self) -> tuple[OutputGradient, ...]:
        """How the cost changes with each output neuron; one for each class."""
        slopes = self.slopes(len(self.dC_dz))
        return tuple(
            OutputGradient(
                j, float(a), float(y), _number(dC_da), None if slopes is None else float(slopes[j]), float(dC_dz)
            )
            for j, (a, y, dC_da, dC_dz) in enumerate(
                zip(self.trace.a[-1], self.targets, self.dC_da[-1], self.dC_dz[-1], strict=True)
            )
        )

    wishes = renamed_method("Steps", "wishes", "output_gradients")

    def slopes(self, layer: int) -> Array | None:
        """σ'(z) of every neuron of a layer, (n,); None for softmax, whose outputs have no slope of their own."""
        check_neuron(self.network, layer, 0)
        activation = self.network.activations[layer - 1]
        return None if activation.whole_layer else activation.slope(self.trace.z[layer - 1])

    def weight(self, layer: int, neuron: int, source: int) -> WeightChain:
        """The chain of the weight from `source` in the layer before to `neuron`. Raises UsageError if there is none."""
        check_neuron(self.network, layer, neuron)
        if not 0 <= whole_number("weight()", "source", source) < self.network.sizes[layer - 1]:
            raise UsageError(f"from: 0 to {self.network.sizes[layer - 1] - 1} into layer {layer}, got {source}")
        l, terms = layer - 1, list[ChainTerm]()
        if layer < len(self.network.layers):
            for i, w in enumerate(self.network.layers[layer].weights[:, neuron]):
                d = self.dC_dz[layer][i]
                terms.append(ChainTerm(i, float(w), float(d), float(w * d)))
        slopes = self.slopes(layer)
        return WeightChain(
            layer=layer,
            neuron=neuron,
            source=source,
            weight=float(self.network.layers[l].weights[neuron, source]),
            input=float(self.trace.a[l][source]),
            slope=None if slopes is None else float(slopes[neuron]),
            terms=tuple(terms),
            dC_da=_number(self.dC_da[l][neuron]),
            dC_dz=float(self.dC_dz[l][neuron]),
            dC_dw=float(self.gradient[l].weights[neuron, source]),
        )

    def steepest(self, layer: int) -> tuple[int, int]:
        """The weight into `layer` with the largest gradient: (neuron, source)."""
        check_neuron(self.network, layer, 0)
        size = np.abs(self.gradient[layer - 1].weights)
        neuron, source = np.unravel_index(int(size.argmax()), size.shape)
        return int(neuron), int(source)

    def take_step(self, learning_rate: float) -> tuple[float, float]:
        """How much one gradient-descent step lowers the cost of this example: (predicted, actual). Changes nothing.

        learning_rate: every weight and bias moves by this times its slope, downhill. The predicted decrease is the
        linear one, learning_rate times the squared length of the gradient.
        """
        check_number("take_step()", "learning_rate", learning_rate)
        with np.errstate(over="ignore", invalid="ignore"):
            predicted = learning_rate * sum(float((g.weights**2).sum() + (g.biases**2).sum()) for g in self.gradient)
            moved = each(lambda w, g: w - learning_rate * g, self.network.layers, self.gradient)
            after = _cost(Network(moved, self.network.activations), self.cost_function, self.trace.a[0], self.targets)
        if not np.isfinite([predicted, after]).all():
            raise DataError(
                f"a step with the learning rate {learning_rate:g} leads beyond any number that can be computed with; "
                "take a lower one"
            )
        return predicted, self.cost - after


def back_propagate(network: Network, image: Array, target: int, cost: str) -> Steps:
    """Back-propagation of one image, (pixels,) ink 0..1, from the class it should be read as to every weight.

    cost: the name of a cost. Raises ShapeError for another shape, UsageError for a target that is not an output,
    DataError where the network's numbers grow beyond all bounds.
    """
    if image.shape != network.sizes[:1] or image.dtype.kind != "f" or not np.isfinite(image).all():
        raise ShapeError(
            f"back_propagate() wants one image of shape {network.sizes[:1]} in finite floats from 0 to 1, "
            f"got {image.shape} in {image.dtype}; for another shape use image.reshape(-1)"
        )
    if not 0 <= whole_number("back_propagate()", "target", target) < network.sizes[-1]:
        raise UsageError(f"target: 0 to {network.sizes[-1] - 1}, got {target!r}")
    exact = Network(
        tuple(Layer(*(p.astype(np.float64) for p in (l.weights, l.biases))) for l in network.layers),
        network.activations,
    )
    function = cost_for(cost, exact.activations[-1])
    y = one_hot(np.array([target]), network.sizes[-1], np.float64)  # (1, 10)
    trace = exact.forward(image.reshape(1, -1).astype(np.float64))
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = backward(exact, trace, y, function)
    if not all(np.isfinite(part).all() for layer in gradient for part in (layer.weights, layer.biases)):
        raise DataError("the network's weights are too large: its gradient grows beyond any number; train it again")
    dC_dz = tuple(layer.biases for layer in gradient)  # for a single image the two are the same
    dC_da = tuple(exact.layers[l].weights.T @ dC_dz[l] for l in range(1, len(dC_dz)))
    last = function.dC_da(trace, y)[0] if function.dC_da else np.full(y.shape[1], np.nan)
    return Steps(exact, function, trace[0], y[0], gradient, dC_dz, (*dC_da, last))


def _cost(network: Network, function: CostFunction, image: Array, targets: Array) -> float:
    return float(function.each(network.forward(image.reshape(1, -1)), targets.reshape(1, -1))[0])


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
