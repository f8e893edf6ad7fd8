"""Digitlens: a neural network that reads handwritten digits, with nothing hidden in its hidden layers.

    import digitlens as dl

    dl.read("seven.png").digit            # read a picture
    dl.read_page("form.jpg").text         # read many, in order
    dl.explain("seven.png")               # one neuron's sum, term by term
    dl.explain("seven.png", target=2)     # back-propagation, number by number

    run = dl.train("video", epochs=10)    # a run: walk through it to train
    for record in run:
        print(record.epoch, record.test.accuracy)
    dl.save(run.reader(), "mine.digitlens")

Nothing heavy is imported until a name is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet, Digits
    from digitlens.errors import DigitlensError
    from digitlens.learning.recipe import Recipe
    from digitlens.learning.sweeping import Range
    from digitlens.learning.training import Run
    from digitlens.network.network import Layer, Network
    from digitlens.python import compare, data, explain, load, mnist, pen_digits, read, read_page, save, sweep, train
    from digitlens.reading.page.page import Page
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

_HOMES = {
    "DataSet": "digitlens.digits.dataset",
    "DigitlensError": "digitlens.errors",
    "Digits": "digitlens.digits.dataset",
    "Layer": "digitlens.network.network",
    "Network": "digitlens.network.network",
    "Page": "digitlens.reading.page.page",
    "Range": "digitlens.learning.sweeping",
    "Reader": "digitlens.reading.reader",
    "Reading": "digitlens.reading.reading",
    "Recipe": "digitlens.learning.recipe",
    "Run": "digitlens.learning.training",
    "compare": "digitlens.python",
    "data": "digitlens.python",
    "explain": "digitlens.python",
    "load": "digitlens.python",
    "mnist": "digitlens.python",
    "pen_digits": "digitlens.python",
    "read": "digitlens.python",
    "read_page": "digitlens.python",
    "save": "digitlens.python",
    "sweep": "digitlens.python",
    "train": "digitlens.python",
}

__all__ = [
    "DataSet",
    "DigitlensError",
    "Digits",
    "Layer",
    "Network",
    "Page",
    "Range",
    "Reader",
    "Reading",
    "Recipe",
    "Run",
    "compare",
    "data",
    "explain",
    "load",
    "mnist",
    "pen_digits",
    "read",
    "read_page",
    "save",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import a public name's own module when it is first used (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("digitlens")
    if name not in _HOMES:
        raise AttributeError(f"module 'digitlens' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
