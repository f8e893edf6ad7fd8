"""The Python face: what `import digitlens as dl` offers, each name a short way to a room of the house.

A room is entered, and imported, when it is needed: loading a network brings nothing of learning with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image as PillowImage

    from digitlens.digits.dataset import DataSet
    from digitlens.digits.synthetic.pen.writer import PenDigits
    from digitlens.learning.recipe import Recipe
    from digitlens.learning.sweeping import Range, Swept
    from digitlens.learning.training import Run
    from digitlens.learning.varied import Compared
    from digitlens.lens.neuron import NeuronSum
    from digitlens.lens.steps import Steps
    from digitlens.reading.page.page import Page
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

    Picture = str | Path | bytes | NDArray[Any] | PillowImage

__all__ = ["compare", "data", "explain", "load", "mnist", "pen_digits", "read", "read_page", "save", "sweep", "train"]


def load(network: str | Path = "video") -> Reader:
    """Load a network with all that is needed to read pictures with it: a name that ships, or a model file.

    Raises FileError if there is neither, ModelFileError for a file that is not ours.

    >>> load("video")
    <Reader video: 784-16-16-10, 13,002 weights and biases>
    """
    from digitlens.storage.shipped import open_reader

    return open_reader(network)


def save(reader: Reader, path: str | Path) -> None:
    """Write a reader to a model file, all or nothing. Raises FileError, and ModelFileError beyond the limits."""
    from digitlens.storage import model_file

    model_file.save(reader, path)


def read(picture: Picture, network: str | Path | Reader = "reader") -> Reading:
    """Read one picture: a file, its bytes, an array, or a Pillow image, of any size.

    network: a name that ships, a model file, or a Reader. Raises PictureError, ShapeError, FileError, ModelFileError.

    >>> import numpy as np
    >>> read(np.zeros((28, 28))).reason
    'too little ink'
    """
    return _reader(network).read(picture)


def read_page(picture: Picture, network: str | Path | Reader = "reader") -> Page:
    """Read a photo or scan with several digits: the numbers on it in reading order, each digit with its box.

    picture and network: as for read(). Raises PictureError, ShapeError, FileError, ModelFileError.

    >>> import numpy as np
    >>> page = np.full((120, 200), 255, np.uint8)
    >>> page[30:90, 50:55] = page[30:90, 100:105] = 0
    >>> read_page(page).text
    '11'
    """
    return _reader(network).read_page(picture)


@overload
def explain(
    picture: Picture, network: str | Path | Reader = ..., *, layer: int | None = ..., neuron: int | None = ...
) -> NeuronSum: ...


@overload
def explain(picture: Picture, network: str | Path | Reader = ..., *, target: int) -> Steps: ...


def explain(
    picture: Picture,
    network: str | Path | Reader = "video",
    *,
    layer: int | None = None,
    neuron: int | None = None,
    target: int | None = None,
) -> NeuronSum | Steps:
    """Why a picture is read as it is: one neuron's sum, term by term; by default that of the winning output.

    With `target`, the digit it should have been read as: its way through back-propagation, down to any weight.
    Raises what read() raises, and UsageError for a layer, neuron or target that is not there.

    >>> import numpy as np
    >>> bar = np.zeros((28, 28)); bar[4:24, 13:15] = 1
    >>> explain(bar, layer=1, neuron=3).others
    778
    """
    from digitlens.errors import UsageError
    from digitlens.lens.neuron import neuron_sum
    from digitlens.lens.steps import back_propagate

    reader = _reader(network)
    trace = reader.read(picture).trace
    if target is not None:
        if layer is not None or neuron is not None:
            raise UsageError(
                "explain() takes a neuron apart or, with `target`, walks back-propagation; for one weight of that way "
                "use explain(picture, target=...).weight(layer, neuron, source)"
            )
        return back_propagate(reader.network, trace.a[0], target, reader.cost)
    layer = len(reader.network.layers) if layer is None else layer
    if neuron is None:
        neuron = int(trace.a[layer].argmax()) if 0 < layer < len(trace.a) else 0
    return neuron_sum(reader.network, trace, layer, neuron)


def train(
    recipe: str | Recipe = "video", data: DataSet | str | Path | None = None, *, engine: str = "auto", **changes: Any
) -> Run:
    """Prepare a training run; to walk through its records is to train.

    recipe: a name (video, talk, reader) or a Recipe; `changes` are fields of it. data: digits, or as in data(); without
    it those that the recipe was made for. Of few pictures a named recipe holds out no more than a tenth, unless
    `validation` says how many. Raises RecipeError and UsageError for what makes no sense, DataError where there are no
    digits.
    """
    from digitlens.learning.training import Run, fitted

    start, chosen = _recipe(recipe, changes)
    found = _digits(start, data)
    return Run(fitted(start, found, chosen=chosen), found, engine=engine)


def compare(
    field: str,
    values: Sequence[Any],
    *,
    seeds: int = 10,
    recipe: str | Recipe = "video",
    data: DataSet | str | Path | None = None,
    jobs: int | None = None,
    **changes: Any,
) -> Compared:
    """Train the same network with one field varied, from the same seeds, over all cores: what do the numbers support?

    field: of a recipe, such as "activation"; values: two or more of it. recipe, data and `changes`: as in train().
    seeds: runs with each value. jobs: how many at a time; None: one a core. The result has `sentence`, `sides` and
    `to_json()`. Raises UsageError and RecipeError for what makes no sense, DataError where there are no digits.
    """
    from digitlens.learning.experiments import Experiments
    from digitlens.learning.varied import Varied

    base, chosen = _recipe(recipe, changes)
    varied = Varied(base, field, tuple(values), seeds)
    found = _digits(base, data)
    return varied.compared(Experiments(varied.recipes(found, chosen=chosen), found, jobs=jobs).in_order())


def sweep(
    values: Mapping[str, Sequence[Any] | NDArray[Any] | Range],
    *,
    runs: int | None = None,
    seeds: int = 1,
    recipe: str | Recipe = "video",
    data: DataSet | str | Path | None = None,
    journal: str | Path | None = None,
    jobs: int | None = None,
    cluster: str = "",
    heard: Callable[[int, int], object] = lambda done, total: None,
    **changes: Any,
) -> Swept:
    """Train many recipes, over all cores: a grid of values, or, with `runs`, so many drawn at random.

    values: for each field that is tried a list of values, {"learning_rate": [0.2, 0.5]}, or, with `runs`, a Range. A
    grid has every combination. recipe, data and `changes`: as in train(). seeds: runs of each recipe, from seeds of
    their own. journal: a file that keeps every run; the same sweep goes on from there, and no run is done twice. jobs:
    how many at a time; None: one a core. cluster: the address of a Dask scheduler, to whose workers `data` can be named
    only. heard: is called after each run with how many are done, and of how many.

    The result has `table`, a flat row a run; `best`, the recipe that did best on the images held out; `rows` and
    `to_json()`. A run that fails is a row with its `error`. Raises UsageError and RecipeError for what makes no sense,
    DataError where there are no digits, FileError for a file that is no journal of a sweep over these digits.

    >>> import digitlens as dl
    >>> written = dl.pen_digits(200).digits
    >>> few = dl.DataSet("few", "a few pen digits", written[:150], written[150:])
    >>> swept = sweep({"learning_rate": [0.01, 1.0], "hidden": [(), (8, 8)]}, data=few, epochs=2)
    >>> swept, [(row["learning_rate"], row["hidden"]) for row in swept.table]
    (<Swept: 4 runs>, [(0.01, 'none'), (0.01, '8-8'), (1.0, 'none'), (1.0, '8-8')])
    >>> swept.best.learning_rate
    1.0
    """
    from digitlens.digits.dataset import DataSet
    from digitlens.learning import sweeping
    from digitlens.learning.training import named_for

    base, chosen = _recipe(recipe, changes)
    recipes = sweeping.grid(base, values, seeds) if runs is None else sweeping.at_random(base, values, runs, seeds)
    found, named = _digits(base, data), None if isinstance(data, DataSet) else named_for(base, data)
    named = None if named is None else str(named)
    rows = sweeping.sweep(recipes, found, journal, jobs=jobs, cluster=cluster, named=named, chosen=chosen, heard=heard)
    return sweeping.Swept(tuple(rows))


def mnist(*, offline: bool = False) -> DataSet:
    """MNIST's 60,000 training and 10,000 test digits, verified: from DIGITLENS_DATA, the cache, or a download.

    Raises DataError where it cannot be had.
    """
    from digitlens.digits.sources.find import find_data

    return find_data("mnist", offline=offline)


def data(name: str | Path | None = None, *, offline: bool = False) -> DataSet:
    """Load the digits of that name, "mnist", "pen" or a folder; without one, MNIST wherever it is. Raises DataError."""
    from digitlens.digits.sources.find import find_data

    return find_data(name, offline=offline)


def pen_digits(count: int, seed: int = 0) -> PenDigits:
    """Write `count` digits with the pen model, with their strokes: the same for the same seed, no download.

    count: 1 to a million; seed: 0 to 2⁶⁴ − 1. Raises UsageError for others.

    >>> pen_digits(3, seed=1).digits.images.shape
    (3, 28, 28)
    """
    from digitlens.digits.synthetic.pen import writer

    return writer.pen_digits(count, seed)


def _recipe(recipe: str | Recipe, changes: dict[str, Any]) -> tuple[Recipe, bool]:
    """The recipe with its changes, and whether how many images it holds out was chosen, as fitted() asks."""
    from digitlens.learning.recipes import named

    base = named(recipe) if isinstance(recipe, str) else recipe
    return base.changed(**changes), not isinstance(recipe, str) or "validation" in changes


def _digits(recipe: Recipe, data: DataSet | str | Path | None) -> DataSet:
    """The digits that were handed over or named; without them those that the recipe was made for."""
    from digitlens.digits.dataset import DataSet
    from digitlens.digits.sources.find import find_data
    from digitlens.learning.training import named_for

    return data if isinstance(data, DataSet) else find_data(named_for(recipe, data))


def _reader(network: str | Path | Reader) -> Reader:
    return load(network) if isinstance(network, (str, Path)) else network
