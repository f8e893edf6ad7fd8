"""How a network looks in the terminal: its weights, what it takes for what, its mistakes, its learning curve."""

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
from digitlens.digits.dataset import Digits
from digitlens.figures.curves import SETS
from digitlens.lens.weights import full_strength
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader

SPARKS = "▁▂▃▄▅▆▇█"
ROWS, GAP = 2, 2  # of mistakes; columns between two pictures: four fit into 120


def show_summary(console: Console, reader: Reader) -> None:
    """What the network is, what it learned from, and how well it reads, as its file tells."""
    network, story = reader.network, reader.provenance
    sizes = "-".join(map(str, network.sizes))
    functions = ", ".join(dict.fromkeys(activation.name for activation in network.activations))
    size = f"   {sizes}, {network.parameters:,} weights and biases"
    console.print(Text(clean(reader.name), style="bold").append(size, "not bold"))
    console.print(Text(f"  neurons: {functions}; cost: {reader.cost.replace('_', '-')}; {_prepared(reader)}"))
    if story:
        learned = f"learned from {_count(story.get('learned_from'))} pictures of {story.get('data', 'unknown data')}"
        told = [f"{story[name]} {name}" for name in ("epochs",) if name in story]
        told += [f"seed {reader.recipe['seed']}"] if "seed" in reader.recipe else []
        console.print(Text(clean("  " + ", ".join([learned, *told]))))
    if isinstance(measured := story.get("test_accuracy"), float):
        console.print(Text(f"  when it was trained, it read {measured:.2%} of the test pictures rightly"))
    if reader.familiarity:
        turned_away = f"{reader.familiarity.threshold:.1%} of real digits are turned away"
        console.print(Text(f"  it says of a picture whether it is a digit at all; {turned_away}"))
    if reader.calibration:
        console.print(Text(f"  it says how sure it is (temperature {reader.calibration.temperature:.2f})"))
    console.print()


def show_weights(console: Console, reader: Reader) -> None:
    """The first layer's weights, each neuron's as a picture, as many side by side as there is room for."""
    weights = reader.network.layers[0].weights
    most = full_strength(weights)
    layer = "hidden" if len(reader.network.layers) > 1 else "output"
    console.print(Text(f"What each neuron of the first {layer} layer looks for", style="bold"))
    key = (
        "blue adds to its sum, red takes away"
        if terminal.coloured(console)
        else "+ and # add to its sum, - and = take away"
    )
    console.print(Text(f"Its 784 weights as a picture: {key}; full strength is {most:.2g}"))
    console.print()
    blocks = [
        [_caption(f"neuron {j}"), *terminal.weights(console, row.reshape(28, 28), most)]
        for j, row in enumerate(weights)
    ]
    _in_rows(console, blocks)


def show_confusion(console: Console, reader: Reader, result: Evaluation, source: str) -> None:
    """How many are read rightly, and what is taken for what."""
    said = f"{result.accuracy:.2%} of {result.images:,} test pictures are read rightly"
    console.print(Text(said, style="bold").append(f"   ({source})", "not bold"))
    show_classes(console, result, [clean(name) for name in reader.classes])
    console.print()


def show_mistakes(console: Console, reader: Reader, result: Evaluation, digits: Digits) -> None:
    """The most certain mistakes as pictures."""
    wrong = result.wrong()
    if not len(wrong):
        console.print(Text(f"No mistakes among {result.images:,} pictures", style="bold"))
        return
    blocks = []
    for i in wrong[: ROWS * _fit(console, _width(console))]:
        shows, read = (clean(reader.classes[int(numbers[i])]) for numbers in (result.digits, result.read))
        arrow = "→" if terminal.unicode(console) else "->"
        caption = _caption(f"{shows} {arrow} {read}   {result.outputs[i].max():.2f}")
        blocks.append([caption, *terminal.picture(console, digits.images[i] / 255)])
    console.print(Text(f"The {len(blocks)} most certain of {len(wrong):,} mistakes", style="bold"))
    console.print("What it shows, what was read, and how active that output was")
    console.print()
    _in_rows(console, blocks)


def show_curves(console: Console, reader: Reader) -> None:
    """Cost and accuracy, epoch by epoch, as small charts with their first, best and last values."""
    rows = [row for row in reader.history if "epoch" in row]
    if not rows:
        console.print(Text("No learning curve: this network's file holds no history"))
        return
    console.print(Text(f"How it learned: epoch {rows[0]['epoch']:g} to {rows[-1]['epoch']:g}", style="bold"))
    width = max(10, min(60, console.width - 44))
    console.print(Text(f"{'':20}{'first':>8}{'last':>8}   from its lowest to its highest", style="bold"))
    for measure in ("cost", "accuracy"):
        for name, said in SETS.items():
            values = [float(row[f"{name}_{measure}"]) for row in rows if f"{name}_{measure}" in row]
            if values:
                first, last = (f"{v:.2%}" if measure == "accuracy" else f"{v:.4f}" for v in (values[0], values[-1]))
                console.print(Text(f"{measure:<9} {said:<9} {first:>8}{last:>8}   {_sparks(console, values, width)}"))
    console.print()


def has_curves(reader: Reader) -> bool:
    """Whether there is a cost and an accuracy to draw."""
    kept = [{*row} for row in reader.history if "epoch" in row]
    return all(any(f"{name}_{measure}" in row for name in SETS for row in kept) for measure in ("cost", "accuracy"))


def summary_json(reader: Reader) -> dict[str, Any]:
    """What the network is and how it came to be, as plain JSON values; its weights stay in its file."""
    network = reader.network
    return {
        "network": reader.name,
        "sizes": list(network.sizes),
        "parameters": network.parameters,
        "activations": [activation.name for activation in network.activations],
        "cost": reader.cost,
        "classes": list(reader.classes),
        "preparation": {"framing": reader.framing, "adjusting": list(reader.adjusting)},
        "provenance": dict(reader.provenance),
        "recipe": dict(reader.recipe),
        "history": [dict(row) for row in reader.history],
        "notes": list(reader.notes),
    }


def _prepared(reader: Reader) -> str:
    return "pictures: framed" + "".join(f", then {name}" for name in reader.adjusting)


def _count(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else "an unknown number of"


def _caption(text: str) -> Text:
    return Text(text, style="bold")


def _width(console: Console) -> int:
    """Columns that a picture of 28×28 takes: two characters a pixel where there are no half blocks."""
    return 28 if terminal.coloured(console) else 56


def _fit(console: Console, width: int, gap: int = GAP) -> int:
    """How many pictures stand side by side."""
    return max(1, (console.width + gap) // (width + gap))


def _in_rows(console: Console, blocks: list[list[Text]]) -> None:
    """Blocks side by side, as many as there is room for, then the next ones below."""
    each = _fit(console, _width(console))
    for start in range(0, len(blocks), each):
        for line in terminal.beside(*blocks[start : start + each], gap=GAP):
            console.print(line, overflow="crop", no_wrap=True)
        console.print()


def _sparks(console: Console, values: Sequence[float], width: int) -> str:
    """Numbers as a line of bars, the lowest the smallest; where there are too many, means of neighbours."""
    means = np.array([part.mean() for part in np.array_split(np.array(values), min(width, len(values)))])
    marks = SPARKS if terminal.unicode(console) else terminal.SHADES[1:]
    span = float(np.ptp(means)) or 1.0
    steps: NDArray[Any] = np.rint((means - means.min()) / span * (len(marks) - 1)).astype(int)
    return "".join(marks[step] for step in steps)
