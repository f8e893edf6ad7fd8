"""`digitlens evaluate`: how well does a network read the test digits?"""

from __future__ import annotations

import click

from digitlens.cli.screen import data_options, json_option, load_data, network_option, out, print_json


@click.command("evaluate")
@network_option
@data_options
@click.option("--on", type=click.Choice(["test", "training"]), default="test", show_default=True, help="Which digits.")
@json_option
def command(network: str, data: str | None, offline: bool, on: str, as_json: bool) -> None:
    """Measure how well a network reads the test digits: accuracy, digit by digit, and what it takes for what.

    MNIST's pictures are framed already, so only the adjusting steps that the network was trained behind are applied.
    """
    import time

    from digitlens.cli.looking import confusion_table
    from digitlens.storage.shipped import open_reader

    reader = open_reader(network)
    found = load_data(data, offline=offline)
    digits = found.test if on == "test" else found.training
    started = time.perf_counter()
    result = reader.evaluate(digits)
    seconds = time.perf_counter() - started
    if as_json:
        where = {"data": found.name, "on": on, "engine": "plain", "seconds": round(seconds, 4)}
        print_json(result.to_json() | {"network": network} | where)
        return

    console = out()
    console.print(
        f"[bold]{network}[/bold] ({result.parameters:,} weights and biases) reads "
        f"[bold]{result.accuracy:.2%}[/bold] of {result.images:,} {on} pictures rightly: {found.source}"
    )
    console.print(confusion_table(result, reader.classes))
