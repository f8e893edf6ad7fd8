"""`digitlens explain`: why is this picture read as it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.screen import json_option, network_option, out, print_json

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading


@click.command("explain")
@click.argument("picture", required=False, metavar="PICTURE")
@click.option("--example", type=click.IntRange(0, 9), help="Explain the example drawing of this digit.")
@click.option("--layer", "-l", type=int, help="Take a neuron of this layer apart; 1 is the first hidden layer.")
@click.option("--neuron", "-j", type=int, help="Which neuron, counted from 0.  [default: the most active]")
@click.option("--target", "-t", type=int, help="Walk back-propagation from the answer it should have given.")
@click.option(
    "--from", "source", type=int, help="With --target: follow the weight that comes from this neuron or pixel."
)
@click.option("--learning-rate", type=float, default=0.1, show_default=True, help="With --target: of the step taken.")
@click.option(
    "--terms", type=click.IntRange(1, 50), default=6, show_default=True, help="How many terms of a sum to list."
)
@network_option
@json_option
def command(
    picture: str | None,
    example: int | None,
    layer: int | None,
    neuron: int | None,
    target: int | None,
    source: int | None,
    learning_rate: float,
    terms: int,
    network: str,
    as_json: bool,
) -> None:
    """Show why a picture is read as it is: how it was prepared, every layer, and one neuron's sum taken apart.

    With --target, show how the network would learn from it: the cost, what it asks of every output, and the chain of
    derivatives back to one weight.
    """
    from digitlens.cli import explaining, walking
    from digitlens.digits.examples import example_files
    from digitlens.lens.neuron import neuron_sum
    from digitlens.lens.steps import back_propagate
    from digitlens.storage.shipped import open_reader

    if (picture is None) == (example is None):
        raise click.UsageError("name one picture, or an example: digitlens explain --example 7")
    if source is not None and target is None:
        raise click.UsageError("--from says which weight back-propagation is followed to; add --target DIGIT")
    reader = open_reader(network)
    reading = reader.read(picture if picture is not None else example_files()[example or 0])
    if target is None:
        last = len(reader.network.sizes) - 1
        layer = last if layer is None else layer
        if neuron is None and 1 <= layer <= last:
            neuron = int(reading.trace.a[layer].argmax())
        parts = neuron_sum(reader.network, reading.trace, layer, neuron or 0, terms)
        if as_json:
            print_json(_reading_json(reader, reading) | {"neuron": explaining.sum_json(parts)})
            return
        explaining.show_reading(out(), reader, reading)
        explaining.show_neuron(out(), reader, reading, parts)
        return

    steps = back_propagate(reader.network, reading.trace.a[0], target, reader.cost)
    layer = 1 if layer is None else layer
    steepest = steps.steepest(layer)
    chain = steps.weight(layer, steepest[0] if neuron is None else neuron, _source(steps, layer, neuron, source))
    if as_json:
        print_json(_reading_json(reader, reading) | {"learning": walking.steps_json(steps, chain, learning_rate)})
        return
    explaining.show_answer(out(), reading)
    walking.show_steps(out(), reader, steps, chain, learning_rate, terms)


def _source(steps: Any, layer: int, neuron: int | None, source: int | None) -> int:
    """The weight to follow: the one asked for, or the one that the cost feels most."""
    import numpy as np

    if source is not None:
        return source
    if neuron is None or not 0 <= neuron < steps.network.sizes[layer]:
        return int(steps.steepest(layer)[1])
    return int(np.abs(steps.gradient[layer - 1].weights[neuron]).argmax())


def _reading_json(reader: Reader, reading: Reading) -> dict[str, Any]:
    """The reading, how the picture was prepared, and every layer."""
    stages = [{"name": s.name, "parameters": dict(s.parameters), "reason": s.reason} for s in reading.prepared.stages]
    layers = [
        {"z": [float(n) for n in z], "activations": [float(n) for n in a]}
        for z, a in zip(reading.trace.z, reading.trace.a[1:], strict=True)
    ]
    return reading.to_json() | {"sizes": list(reader.network.sizes), "preparation": stages, "layers": layers}
