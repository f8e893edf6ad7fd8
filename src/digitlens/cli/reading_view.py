"""Prints a reading and a neuron's sum in the terminal."""

from __future__ import annotations

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from digitlens.cli import terminal
from digitlens.digits.dataset import are_digits, shape_name
from digitlens.lens.neuron import NeuronSum
from digitlens.reading.reader import Reader
from digitlens.reading.reading import Reading

SHOWN = 32  # neurons of a layer that are listed; of a larger layer, the most active


def show_answer(console: Console, reading: Reading) -> None:
    """Print the answer in one or two lines."""
    name = terminal.picture_name(reading.path) if reading.path else "the picture"
    if reading.reason:
        what = "is not a digit" if are_digits(reading.classes) else "is not read"
        terminal.say(console, Text(f"{name} {what}: {reading.reason}", style="bold"))
    else:
        answer = f"{name} is read as {terminal.clean(reading.label)} by the network {terminal.clean(reading.network)}"
        sure = "" if reading.confidence is None else f", {terminal.percent(reading.confidence)} sure"
        strength = f"  (activation {reading.activations.max():.3f}{sure})"
        terminal.say(console, Text(answer, style="bold").append(strength, style="not bold"))
    if reading.familiarity is not None:
        terminal.say(console, f"{terminal.percent(reading.familiarity)} of real digits look less like a digit")


def show_reading(console: Console, reader: Reader, reading: Reading) -> None:
    """Print the picture as the network sees it, its preparation, and every layer."""
    show_answer(console, reading)
    console.print()
    picture = terminal.picture(console, reading.prepared.image)
    left = console.width - picture[0].cell_len - 3
    width = min(left if left >= 42 else console.width - 1, 60)
    sizes = reader.network.sizes
    size = f"{shape_name(reader.image_shape)} = {sizes[0]} numbers"
    lines = [Text(f"What the network sees: {size}", style="bold"), Text("")]
    for i, stage in enumerate(reading.prepared.stages, start=1):
        lines += _wrapped(f"{i}. {stage.reason}", width)
    _print(console, terminal.flow(console, picture, lines))
    console.print()
    for l in range(1, len(sizes)):
        _show_layer(console, reader, reading, l)


def _show_layer(console: Console, reader: Reader, reading: Reading, l: int) -> None:
    last = l == len(reader.network.sizes) - 1
    a, z = reading.trace.a[l], reading.trace.z[l - 1]
    title = f"Layer {l}: the answer" if last else f"Layer {l}: {len(a)} hidden neuron{'s' * (len(a) > 1)}"
    title += f"   a = {reader.network.activations[l - 1].name}(z)"
    listed = list(range(len(a)))
    if len(a) > SHOWN and not last:
        listed = sorted(np.argsort(-a, kind="stable")[:SHOWN].tolist())
        title += f"   (the {SHOWN} most active)"
    names = [terminal.clean(reader.classes[j]) if last else str(j) for j in listed]
    width = max(3, *(cell_len(name) for name in names))
    cells = [
        _cell(console, " " * (width - cell_len(name)) + name, float(a[j]), float(z[j]), last and j == reading.digit)
        for j, name in zip(listed, names, strict=True)
    ]
    console.print(Text(title, style="bold"))
    wide = 2 * max(cell.cell_len for cell in cells) + 3 <= console.width
    _print(console, _columns(cells, 2 if len(cells) > 5 and wide else 1))
    console.print()


def show_neuron(console: Console, reader: Reader, reading: Reading, parts: NeuronSum) -> None:
    """Print one neuron's sum, term by term; for the first layer also as pictures."""
    printed = parts.printed()
    before = reader.network.sizes[parts.layer - 1]
    console.print(Text(f"{_name(reader, parts.layer, parts.neuron)}, term by term", style="bold"))
    products = f"{before} products" if before > 1 else "one product"
    terminal.say(console, f"z = the sum of {products}, input × weight, plus the bias; a = {parts.function}(z)")
    if parts.layer == 1:
        weights = reader.network.layers[0].weights[parts.neuron].reshape(reader.image_shape)
        image = reading.prepared.image
        console.print()
        key = "(+ blue, − red)" if terminal.coloured(console) else "(# and +, = and −)"
        titles = [Text(t.ljust(28), style="bold") for t in (f"its weights {key}", "its input", "weight × input")]
        pictures = (
            terminal.weights(console, weights),
            terminal.picture(console, image),
            terminal.weights(console, weights * image),
        )
        _print(
            console,
            terminal.flow(console, *([title, *picture] for title, picture in zip(titles, pictures, strict=True))),
        )
    console.print()
    lines = [f"{'from':<30}{'input':>9}   {'weight':>9}   {'product':>10}"]
    for term, product in zip(parts.terms, printed.products, strict=True):
        source = _from(reader, parts.layer, term.source)
        lines.append(f"{source:<30}{term.input:9.3f} × {term.weight:+9.3f} = {product:>10}")
    silent = f" ({parts.silent} of them are 0)" if parts.silent else ""
    lines.append(f"{f'the other {parts.others}{silent} add up to':<53} {printed.rest:>10}")
    lines.append(f"{'bias':<53} {printed.bias:>10}")
    lines.append(f"{'z':<53} {printed.z:>10}")
    whole_layer = reader.network.activations[parts.layer - 1].whole_layer
    of = f" of all {reader.network.sizes[parts.layer]} z" if whole_layer else f"({printed.z})"
    function = f"{parts.function}{of}"
    lines.append(f"{f'a = {function}':<53} {parts.activation:10.3f}")
    for i, line in enumerate(lines):
        console.print(Text(line, style="bold" if i in (0, len(lines) - 1) else ""))


def _cell(console: Console, name: str, a: float, z: float, winner: bool) -> Text:
    style = terminal.WINNER if winner else ""
    return Text(f"{name} {terminal.bar(console, a, 12)} {a:6.3f}  z {z:+8.3f}", style=style)


def _columns(cells: list[Text], count: int) -> list[Text]:
    height = -(-len(cells) // count)
    return terminal.beside(*(cells[i : i + height] for i in range(0, len(cells), height)))


def _name(reader: Reader, layer: int, neuron: int) -> str:
    if layer == len(reader.network.sizes) - 1:
        return f"Output neuron {terminal.clean(reader.classes[neuron])}"
    return f"Neuron {neuron} of layer {layer}"


def _from(reader: Reader, layer: int, source: int) -> str:
    if layer == 1:
        row, column = divmod(source, reader.image_shape[1])
        return f"pixel {source} (row {row}, column {column})"
    return f"neuron {source} of layer {layer - 1}"


def _wrapped(text: str, width: int) -> list[Text]:
    import textwrap

    return [Text(line) for line in textwrap.wrap(text, max(width, 20), subsequent_indent="   ")]


def _print(console: Console, lines: list[Text]) -> None:
    for line in lines:
        console.print(line, overflow="crop", no_wrap=True)
