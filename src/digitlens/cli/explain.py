"""`digitlens explain`: shows why a picture is read as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import json_option, network_option, open_network, out, print_json, say

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

MOST = 1e6  # the largest learning rate, as in a recipe


HELP = """\
Show why a picture is read as it is: its preparation, every layer, and the sum of one neuron, term by term.

With --target, show how the network would learn from it: the cost, its gradient for every output, and the chain of
derivatives back to one weight.
"""


@click.command("explain", help=HELP)
@click.argument("picture", required=False, metavar="PICTURE")
@click.option(
    "--example", "digit", metavar="DIGIT", type=click.IntRange(0, 9), help="Explain the example drawing of this digit."
)
@click.option("--layer", "-l", type=int, help="Show the sum of a neuron of this layer; 1 is the first hidden layer.")
@click.option("--neuron", "-j", type=int, help="Which neuron, counted from 0.  [default: the most active]")
@click.option(
    "--target", "-t", metavar="DIGIT", help="Show back-propagation for the class that it should be read as: 0 to 9."
)
@click.option("--from", "source", type=int, help="With --target: show the weight from this neuron or pixel.")
@click.option("--learning-rate", type=float, help="With --target: the learning rate of the step.  [default: 0.1]")
@click.option(
    "--terms", type=click.IntRange(1, 50), default=6, show_default=True, help="How many terms of a sum to list."
)
@click.option("--out", "file", metavar="FILE", help="Write it as a page to print: a .html or .svg file.")
@click.option(
    "--ground",
    type=click.Choice(["white", "black"]),
    default="white",
    show_default=True,
    help="With --out: its colour.",
)
@network_option
@json_option
def command(
    picture: str | None,
    digit: int | None,
    layer: int | None,
    neuron: int | None,
    target: str | None,
    source: int | None,
    learning_rate: float | None,
    terms: int,
    file: str | None,
    ground: str,
    network: str,
    as_json: bool,
) -> None:
    """The command; HELP says what it does."""
    from dataclasses import asdict

    from digitlens.cli import back_propagation_view, reading_view
    from digitlens.cli.pictures import example, read_one
    from digitlens.cli.sheets import check_sheets, write_sheets
    from digitlens.exports.worksheet import explanation
    from digitlens.lens.neuron import neuron_sum
    from digitlens.lens.steps import back_propagate

    if (picture is None) == (digit is None):
        raise click.UsageError("name one picture, or an example: digitlens explain --example 7")
    if target is None and (source is not None or learning_rate is not None):
        which = "--from" if source is not None else "--learning-rate"
        raise click.UsageError(
            f"{which} belongs to back-propagation; add the class that the picture should be read as, --target 7"
        )
    rate = 0.1 if learning_rate is None else learning_rate
    if not 0 < rate <= MOST:
        raise click.UsageError(f"--learning-rate: above 0, at most {MOST:g}, got {rate:g}")
    if file is not None:
        if as_json:
            raise click.UsageError("--json prints, and --out writes a page; take one of them")
        check_sheets(file)
    reader = open_network(network)
    reading = read_one(reader, example(digit) if digit is not None else str(picture))
    if target is None:
        last = len(reader.network.sizes) - 1
        layer = last if layer is None else layer
        if neuron is None and 1 <= layer <= last:
            neuron = int(reading.trace.a[layer].argmax())
        parts = neuron_sum(reader.network, reading.trace, layer, neuron or 0, terms)
        if as_json:
            print_json(_reading_json(reader, reading) | {"neuron": asdict(parts)})
            return
        if file is not None:
            say(out(), write_sheets(explanation(reader, reading, parts, ground=ground), file, ground))
            return
        reading_view.show_reading(out(), reader, reading)
        reading_view.show_neuron(out(), reader, reading, parts)
        return

    steps = back_propagate(reader.network, reading.trace.a[0], target_of(reader, target), reader.cost)
    layer = 1 if layer is None else layer
    steepest = steps.steepest(layer)
    chain = steps.weight(layer, steepest[0] if neuron is None else neuron, _source(steps, layer, neuron, source))
    if as_json:
        print_json(_reading_json(reader, reading) | {"learning": back_propagation_view.steps_json(steps, chain, rate)})
        return
    if file is not None:
        sheets = explanation(reader, reading, None, steps, chain, rate=rate, ground=ground)
        say(out(), write_sheets(sheets, file, ground))
        return
    reading_view.show_answer(out(), reading)
    back_propagation_view.show_steps(out(), reader, steps, chain, rate, terms)


def target_of(reader: Reader, target: str) -> int:
    """The output neuron with that class name, or that index."""
    if target in reader.classes:
        return reader.classes.index(target)
    if target.isascii() and target.isdecimal() and int(target[:9]) < len(reader.classes):
        return int(target)
    raise click.UsageError(f"--target: one of {', '.join(reader.classes)}, got {target!r}")


def _source(steps: Any, layer: int, neuron: int | None, source: int | None) -> int:
    """The source of the weight to show: the given one, or that of the largest gradient."""
    import numpy as np

    if source is not None:
        return source
    if neuron is None or not 0 <= neuron < steps.network.sizes[layer]:
        return int(steps.steepest(layer)[1])
    return int(np.abs(steps.gradient[layer - 1].weights[neuron]).argmax())


def _reading_json(reader: Reader, reading: Reading) -> dict[str, Any]:
    """The reading, the preparation, and every layer, as plain JSON values."""
    stages = [{"name": s.name, "parameters": dict(s.parameters), "reason": s.reason} for s in reading.prepared.stages]
    layers = [
        {"z": [float(n) for n in z], "activations": [float(n) for n in a]}
        for z, a in zip(reading.trace.z, reading.trace.a[1:], strict=True)
    ]
    return reading.to_json() | {"sizes": list(reader.network.sizes), "preparation": stages, "layers": layers}
