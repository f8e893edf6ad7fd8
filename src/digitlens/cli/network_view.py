"""Prints a network in the terminal: its weights, confusion matrix, mistakes and learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from digitlens.cli import terminal
from digitlens.cli.confusion import show_classes
from digitlens.cli.terminal import clean
from digitlens.digits.dataset import Digits, shape_name
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.figures.curves import SETS
from digitlens.lens.weights import full_strength
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader

SPARKS = "▁▂▃▄▅▆▇█"
CAPTION = 20  # characters that a picture's caption may take, however small the picture
ROWS, GAP = 2, 2  # rows of mistakes; columns between two pictures, so that four fit into 120


def show_summary(console: Console, reader: Reader) -> None:
    """Print what the network's file records: sizes, training data, accuracy."""
    network, provenance = reader.network, reader.provenance
    sizes = "-".join(map(str, network.sizes))
    functions = ", ".join(dict.fromkeys(activation.name for activation in network.activations))
    size = f"   {sizes}, {network.parameters:,} weights and biases"
    console.print(Text(clean(reader.name), style="bold").append(size, "not bold"))
    console.print(Text(f"  neurons: {functions}; cost: {reader.cost.replace('_', '-')}; {_prepared(reader)}"))
    if provenance:
        count, data = _count(provenance.get("learned_from")), provenance.get("data", "unknown data")
        details = [f"learned from {count} pictures of {data}"]
        details += [f"{provenance['epochs']} epochs"] if "epochs" in provenance else []
        details += [f"seed {reader.recipe['seed']}"] if "seed" in reader.recipe else []
        console.print(Text(clean("  " + ", ".join(details))))
    if isinstance(measured := provenance.get("test_accuracy"), float):
        console.print(Text(f"  after training, it read {measured:.2%} of the test pictures correctly"))
    if reader.familiarity:
        rejected = f"{reader.familiarity.threshold:.2%} of real digits are rejected"
        console.print(Text(f"  it says whether a picture is a digit at all; {rejected}"))
    if reader.calibration:
        console.print(Text(f"  it says how sure it is (temperature {reader.calibration.temperature:.2f})"))
    console.print()


def show_weights(console: Console, reader: Reader) -> None:
    """Print the weights of each neuron of the first layer as a picture, as many side by side as fit."""
    weights = reader.network.layers[0].weights
    most = full_strength(weights)
    layer = "hidden" if len(reader.network.layers) > 1 else "output"
    console.print(Text(f"The weights of each neuron of the first {layer} layer", style="bold"))
    key = (
        "blue adds to its sum, red subtracts"
        if terminal.coloured(console)
        else "+ and # add to its sum, - and = subtract"
    )
    count = weights.shape[1]
    console.print(Text(f"{count} weights as a picture: {key}; full strength is {most:.2g}"))
    console.print()
    blocks = [
        [_caption(f"neuron {j}"), *terminal.weights(console, row.reshape(reader.image_shape), most)]
        for j, row in enumerate(weights)
    ]
    _in_rows(console, blocks, reader.image_shape[1])


def show_confusion(console: Console, reader: Reader, result: Evaluation, source: str) -> None:
    """Print the accuracy and the confusion matrix."""
    line = f"{result.accuracy:.2%} of {result.images:,} test pictures are read correctly"
    console.print(Text(line, style="bold").append(f"   ({source})", "not bold"))
    show_classes(console, result, [clean(name) for name in reader.classes])
    console.print()


def show_mistakes(console: Console, reader: Reader, result: Evaluation, digits: Digits) -> None:
    """Print the mistakes with the highest activations as pictures."""
    wrong = result.wrong()
    if not len(wrong):
        console.print(Text(f"No mistakes among {result.images:,} pictures", style="bold"))
        return
    blocks, side = [], reader.image_shape[1]
    for i in wrong[: ROWS * _fit(console, _width(console, side))]:
        shows, read = (clean(reader.classes[int(numbers[i])]) for numbers in (result.digits, result.read))
        arrow = "→" if terminal.unicode(console) else "->"
        caption = _caption(f"{shows} {arrow} {read}   {result.outputs[i].max():.2f}")
        blocks.append([caption, *terminal.picture(console, digits.images[i] / 255)])
    console.print(Text(f"The {len(blocks)} of {len(wrong):,} mistakes with the highest activation", style="bold"))
    console.print("What it shows, what was read, and the activation of that output")
    console.print()
    _in_rows(console, blocks, side)


def show_curves(console: Console, reader: Reader) -> None:
    """Print cost and accuracy over the epochs, as small charts with their first and last values."""
    rows = [row for row in reader.history if "epoch" in row]
    if not rows:
        console.print(Text("No learning curves: this network's file has no history"))
        return
    console.print(Text(f"Learning curves: epoch {rows[0]['epoch']:g} to {rows[-1]['epoch']:g}", style="bold"))
    width = max(10, min(60, console.width - 44))
    console.print(Text(f"{'':20}{'first':>8}{'last':>8}   from the lowest to the highest value", style="bold"))
    for measure in ("cost", "accuracy"):
        for name, label in SETS.items():
            values = [float(row[f"{name}_{measure}"]) for row in rows if f"{name}_{measure}" in row]
            if values:
                first, last = (f"{v:.2%}" if measure == "accuracy" else f"{v:.4f}" for v in (values[0], values[-1]))
                console.print(Text(f"{measure:<9} {label:<9} {first:>8}{last:>8}   {_sparks(console, values, width)}"))
    console.print()


def has_curves(reader: Reader) -> bool:
    """Whether the history has a cost and an accuracy."""
    rows = [{*row} for row in reader.history if "epoch" in row]
    return all(any(f"{name}_{measure}" in row for name in SETS for row in rows) for measure in ("cost", "accuracy"))


def summary_json(reader: Reader) -> dict[str, Any]:
    """Everything about a network except its weights, as plain JSON values."""
    network = reader.network
    return {
        "network": reader.name,
        "sizes": list(network.sizes),
        "parameters": network.parameters,
        "activations": [activation.name for activation in network.activations],
        "cost": reader.cost,
        "classes": list(reader.classes),
        "rows": reader.image_shape[0],
        "columns": reader.image_shape[1],
        "preparation": {"framing": reader.framing, "adjusting": list(reader.adjusting)},
        "provenance": dict(reader.provenance),
        "recipe": dict(reader.recipe),
        "history": [dict(row) for row in reader.history],
        "notes": list(reader.notes),
    }


def _prepared(reader: Reader) -> str:
    how = f"of {shape_name(reader.image_shape)} pixels" if reader.framing == NOT_FRAMED else "framed"
    return f"pictures: {how}" + "".join(f", then {name}" for name in reader.adjusting)


def _count(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else "an unknown number of"


def _caption(text: str) -> Text:
    return Text(text, style="bold")


def _width(console: Console, columns: int) -> int:
    """The width of a picture with so many columns in characters: without half blocks, two for each pixel."""
    return max(columns if terminal.coloured(console) else 2 * columns, CAPTION)


def _fit(console: Console, width: int, gap: int = GAP) -> int:
    """How many pictures fit side by side."""
    return max(1, (console.width + gap) // (width + gap))


def _in_rows(console: Console, blocks: list[list[Text]], columns: int) -> None:
    """Print blocks, of pictures with so many columns, side by side, as many as fit, then the next ones below."""
    count = _fit(console, _width(console, columns))
    for start in range(0, len(blocks), count):
        for line in terminal.beside(*blocks[start : start + count], gap=GAP):
            console.print(line, overflow="crop", no_wrap=True)
        console.print()


def _sparks(console: Console, values: Sequence[float], width: int) -> str:
    """Numbers as a line of bars, from the lowest to the highest; too many are averaged with their neighbours."""
    means = np.array([part.mean() for part in np.array_split(np.array(values), min(width, len(values)))])
    marks = SPARKS if terminal.unicode(console) else terminal.SHADES[1:]
    span = float(np.ptp(means)) or 1.0
    steps: NDArray[Any] = np.rint((means - means.min()) / span * (len(marks) - 1)).astype(int)
    return "".join(marks[step] for step in steps)
