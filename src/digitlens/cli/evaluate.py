"""`digitlens evaluate`: measures how well a network reads the test digits."""

from __future__ import annotations

import click

from digitlens.cli.terminal import (
    clean,
    data_options,
    json_option,
    load_data,
    network_option,
    open_network,
    out,
    print_json,
    say,
)

HELP = """\
Measure how well a network reads the test digits: the accuracy for each class, and the confusion matrix.

MNIST's pictures are already framed, so only the adjusting steps of the network are applied.
"""


@click.command("evaluate", help=HELP)
@network_option
@data_options
@click.option("--on", type=click.Choice(["test", "training"]), default="test", show_default=True, help="Which digits.")
@json_option
def command(network: str, data: str | None, offline: bool, on: str, as_json: bool) -> None:
    """The command; HELP says what it does."""
    import time

    from rich.text import Text

    from digitlens.cli.confusion import relabelled, show_classes

    reader = open_network(network)
    source = load_data(data, offline=offline, network=reader)
    digits = relabelled(reader, source, source.test if on == "test" else source.training)
    started = time.perf_counter()
    result = reader.evaluate(digits)
    seconds = time.perf_counter() - started
    if as_json:
        where = {"data": source.name, "on": on, "engine": reader.engine, "fallback_reason": reader.fallback_reason}
        print_json(result.to_json() | where | {"seconds": round(seconds, 4)})
        return

    console = out()
    line = Text(clean(network), style="bold").append(f" ({result.parameters:,} weights and biases) reads ", "not bold")
    line.append(f"{result.accuracy:.2%}").append(f" of {result.images:,} {on} pictures correctly", "not bold")
    say(console, line)
    say(console, f"{'Tested' if on == 'test' else 'Measured'} on: {clean(source.source)}")
    if reader.fallback_reason:
        say(console, f"On the plain engine, because the compiled one cannot run this network: {reader.fallback_reason}")
    console.print()
    show_classes(console, result, [clean(name) for name in reader.classes])
