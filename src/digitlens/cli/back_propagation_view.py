"""Prints the back-propagation of one example in the terminal."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from digitlens.cli import terminal
from digitlens.lens.neuron import add_up
from digitlens.lens.steps import Steps, WeightChain
from digitlens.network.costs import COSTS
from digitlens.reading.reader import Reader


def show_steps(
    console: Console, reader: Reader, steps: Steps, chain: WeightChain, learning_rate: float, terms: int
) -> None:
    """Print the cost, the gradients of outputs and layers, the chain to one weight, and the effect of one step."""
    target = int(steps.targets.argmax())
    name = terminal.clean(reader.classes[target])
    terminal.say(console, f"If the target is {name}: cost C = {COSTS[reader.cost].formula} = {_short(steps.cost)}")
    console.print()
    _outputs(console, reader, steps)
    _layers(console, reader, steps)
    _chain(console, reader, steps, chain, terms)
    predicted, fell = steps.take_step(learning_rate)
    console.print()
    step = Text("Take the step: ", style="bold").append(
        f"every weight and bias moves by −{learning_rate:g} × its slope. The gradient predicts that the cost falls by "
        f"{_short(predicted)}. It {_fell(fell)}, to {_short(steps.cost - fell)}.",
        style="not bold",
    )
    terminal.say(console, step)


def steps_json(steps: Steps, chain: WeightChain, learning_rate: float) -> dict[str, Any]:
    """The same as plain JSON values."""
    predicted, fell = steps.take_step(learning_rate)
    return {
        "target": int(steps.targets.argmax()),
        "cost": steps.cost,
        "outputs": [asdict(output) for output in steps.output_gradients()],
        "dC_dz": [[float(n) for n in layer] for layer in steps.dC_dz],
        "weight": {"asked" if name == "terms" else name: value for name, value in asdict(chain).items()},
        "step": {"learning_rate": learning_rate, "promised": predicted, "fell": fell},
    }


def _outputs(console: Console, reader: Reader, steps: Steps) -> None:
    console.print(Text("The gradient of the cost for each output", style="bold"))
    width = max(6, *(cell_len(terminal.clean(name)) for name in reader.classes))
    slope = "σ′(z)" if terminal.unicode(console) else "sigma'(z)"  # as wide as it will be printed
    heading = f"{'':>{width}} {'output':>7} {'target':>7} {'dC/da':>10}   {slope:>10}   {'dC/dz':>10}"
    console.print(Text(heading, style="bold"))
    for output in steps.output_gradients():
        a, b = _maybe(output.dC_da), _maybe(output.slope)
        arrow = ("↑ up" if output.up else "↓ down") if terminal.unicode(console) else ("up" if output.up else "down")
        numbers = f"{output.activation:7.3f} {output.target:7.0f} {a:>10} × {b:>10} = {_short(output.dC_dz):>10}"
        name = terminal.clean(reader.classes[output.neuron])
        console.print(Text(f"{' ' * (width - cell_len(name))}{name} {numbers}   {arrow}"))


def _layers(console: Console, reader: Reader, steps: Steps) -> None:
    console.print()
    heading = "Back through the layers: the gradients of the neurons, and of the weights into them"
    terminal.say(console, Text(heading, style="bold"))
    for layer in reversed(range(1, len(reader.network.sizes))):
        gradient = steps.gradient[layer - 1].weights
        j, k = steps.steepest(layer)
        dC_dz = steps.dC_dz[layer - 1]
        up, down = int((dC_dz < 0).sum()), int((dC_dz > 0).sum())
        size = math.sqrt(float((gradient**2).sum()))
        weights = (
            f"The gradient of its weights has the length {_short(size)}; the steepest slope is that of the weight "
            f"{_weight(reader, layer, j, k)}: dC/dw = {_short(float(gradient[j, k]))}"
            if size
            else "No weight into it matters here: all slopes are 0"
        )
        line = f"  layer {layer}: {up} of its neurons should rise, {down} should fall. {weights}"
        terminal.say(console, line, indent=4)


def _chain(console: Console, reader: Reader, steps: Steps, chain: WeightChain, terms: int) -> None:
    console.print()
    heading = f"Down to one weight: {_weight(reader, chain.layer, chain.neuron, chain.source)}"
    terminal.say(console, Text(heading, style="bold"))
    apart = chain.slope is not None and chain.dC_da is not None
    console.print(f"  w = {chain.weight:+.4f}     dC/dw = input a × {'σ′(z) × dC/da' if apart else 'dC/dz'}")
    if chain.terms and chain.dC_da is not None:
        source = f"from the {len(chain.terms)} neurons of layer {chain.layer + 1}, the sum of weight × dC/dz"
        console.print(f"  dC/da: {source}")
        order = np.argsort([-abs(term.product) for term in chain.terms], kind="stable")[
            : min(terms, len(chain.terms) - 1)
        ]
        listed = [chain.terms[i] for i in order]
        decimals = _decimals([chain.dC_da, *(term.product for term in listed)])
        rows, rest, total = add_up([term.product for term in listed], chain.dC_da, decimals)
        for term, row in zip(listed, rows, strict=True):
            console.print(
                f"      from neuron {term.neuron:<4}  {term.weight:+9.4f} × {_short(term.dC_dz):>10} = {row:>12}"
            )
        console.print(f"      {f'the other {len(chain.terms) - len(listed)} add up to':<39} {rest:>12}")
        console.print(f"      {'dC/da':<39} {total:>12}")
    console.print(f"  dC/dz = {_slope_in_words(steps, chain)} = {_short(chain.dC_dz)}")
    hint = f"the cost falls as this weight {'rises' if chain.dC_dw < 0 else 'falls'}"
    if not chain.dC_dw:
        why = "its input is 0" if not chain.input else "dC/dz of its neuron is 0"
        hint = f"this weight does not matter here: {why}"
    line = Text(f"  dC/dw = a × dC/dz = {chain.input:.4f} × {_short(chain.dC_dz)} = ").append(
        _short(chain.dC_dw), style="bold"
    )
    terminal.say(console, line.append(f"   ({hint})"), indent=4)


def _slope_in_words(steps: Steps, chain: WeightChain) -> str:
    """How dC/dz of the neuron is computed, in letters and in numbers."""
    if chain.dC_da is None:  # cross-entropy, where only the product of both slopes is defined
        a, y = steps.trace.a[-1][chain.neuron], steps.targets[chain.neuron]
        return f"a − y = {_short(a)} − {y:.0f}"
    if chain.slope is None:  # softmax outputs: each depends on every z, through the sum that they share
        a, shared = steps.trace.a[-1][chain.neuron], steps.trace.a[-1] @ steps.dC_da[-1]
        return f"a × (dC/da − Σ a dC/da) = {_short(a)} × ({_short(chain.dC_da)} − {_bracketed(float(shared))})"
    return f"σ′(z) × dC/da = {_short(chain.slope)} × {_short(chain.dC_da)}"


def _bracketed(value: float) -> str:
    return f"({_short(value)})" if value < 0 else _short(value)


def _weight(reader: Reader, layer: int, neuron: int, source: int) -> str:
    row, column = divmod(source, reader.image_shape[1])
    start = f"pixel {source} (row {row}, column {column})" if layer == 1 else f"neuron {source}"
    return f"from {start} to neuron {neuron} of layer {layer}"


def _fell(fell: float) -> str:
    return f"falls by {_short(fell)}" if fell >= 0 else f"rises by {_short(-fell)}, because the step is too long"


def _short(value: float) -> str:
    """A number with four significant digits, so that small slopes do not appear as 0."""
    return "0" if value == 0 else f"{value:.4g}"


def _maybe(value: float | None) -> str:
    return "–" if value is None else _short(value)


def _decimals(values: list[float]) -> int:
    """How many decimals show four significant digits of the largest value."""
    largest = max((abs(v) for v in values), default=0)
    return 4 if largest == 0 else min(15, max(4, 3 - math.floor(math.log10(largest))))
