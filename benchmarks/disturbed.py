"""How much is lost when a digit stands elsewhere on its page, leans, was written by another pen, or lies in bad light.

    DIGITLENS_DATA=../shared/mnist python benchmarks/disturbed.py --network video

MNIST's test images are set on a page of 112×112 pixels and disturbed (digits/synthetic/disturbances.py, seeded).
Every page is then read as `digitlens read` reads it. "as it is" is the page without a disturbance.
"""

from __future__ import annotations

from typing import Any

import click
import numpy as np

from digitlens.cli.terminal import err, out, print_json
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.find import find_data
from digitlens.digits.synthetic.disturbances import DISTURBANCES, as_it_is
from digitlens.storage.shipped import open_reader

# Points that may be lost at most: the bars that Digitlens sets itself.
MOST_LOST = {
    "shifted": 0.3,
    "resized": 0.3,
    "slanted": 1.0,
    "turned": 1.0,
    "thicker": 1.5,
    "thinner": 1.5,
    "inverted": 0.0,
    "compressed": 1.0,
    "noisy": 1.0,
    "unevenly lit": 1.0,
}


@click.command()
@click.option("--network", "networks", multiple=True, default=("video",), help="A shipped name or a file; repeatable.")
@click.option("--images", type=click.IntRange(1, 10_000), default=2_000, show_default=True, help="Of MNIST's test set.")
@click.option("--seed", default=0, show_default=True, help="Of what the disturbances draw.")
@click.option("--data", metavar="DATA", help="A folder with MNIST. Default: wherever it is found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(networks: tuple[str, ...], images: int, seed: int, data: str | None, as_json: bool) -> None:
    """Read MNIST's test images as they are and after each disturbance."""
    test = find_data(data, offline=True).test
    some, digits = test.images[:images], test.digits[:images]
    readers = {network: open_reader(network) for network in networks}
    results: list[dict[str, Any]] = []
    plain: dict[str, float] = {}
    for name, disturbance in {"as it is": as_it_is, **DISTURBANCES}.items():
        with err().status(name):
            pages = disturbance(some, np.random.default_rng(seed))
        framed: dict[tuple[str, ...], Any] = {}
        for network, reader in readers.items():
            if reader.adjusting not in framed:
                prepared = [prepare(page, reader.adjusting).image.reshape(784) for page in pages]
                framed[reader.adjusting] = np.stack(prepared)
            outputs = reader.network.forward(framed[reader.adjusting].astype(reader.network.dtype)).a[-1]
            accuracy = float(np.mean(outputs.argmax(axis=1) == digits))
            lost = 100 * (plain.setdefault(network, accuracy) - accuracy)
            most = MOST_LOST.get(name)
            results.append({"pages": name, "network": network, "images": len(some), "accuracy": accuracy})
            results[-1] |= {} if most is None else {"points_lost": lost, "at_most": most}
            if not as_json:
                loss = "" if most is None else f"  {-lost:+6.2f} points, at most {-most:+.1f}"
                out().print(f"{name:<14} {network:<24} {accuracy:7.2%}{loss}", highlight=False)
    if as_json:
        print_json(results)


if __name__ == "__main__":
    main()
