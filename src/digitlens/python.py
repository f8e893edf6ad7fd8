"""The Python face: what `import digitlens as dl` offers, each function a short way to what the other packages do.

A package is imported when a function needs it: loading a network brings nothing of learning with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from digitlens.checks import check_callback, check_type, list_of_values, whole_number
from digitlens.deprecations import renamed_arguments
from digitlens.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitlens.digits.dataset import DataSet, Digits
    from digitlens.learning.recipe import Recipe, RecipeChanges
    from digitlens.learning.sweeping import Range, Swept
    from digitlens.learning.training import Run
    from digitlens.learning.varied import Compared
    from digitlens.lens.neuron import NeuronSum
    from digitlens.lens.steps import Steps
    from digitlens.reading.reader import Picture, Reader

MOST_JOBS = 10_000  # runs at a time

__all__ = ["compare", "explain", "export", "load", "save", "sweep", "train"]


def load(network: str | Path = "video") -> Reader:
    """Load a network with all that is needed to read pictures with it.

    network: the name of one that ships ("video", "straight", "reader"), or a model file; also a plain network that
    another program wrote, as .onnx or .npz (docs/exporting.md says which).

    Raises FileError if there is neither, ModelFileError for a file that cannot be read, UsageError for anything else.

    >>> load("video")
    <Reader video: 784-16-16-10, 13,002 weights and biases>
    """
    from digitlens.storage.shipped import open_reader

    check_type("load()", "network", network, (str, os.PathLike), "a name or a model file")
    return open_reader(network)


def save(reader: Reader, path: str | Path) -> None:
    """Write a reader to a model file: all of it or nothing, and what was there before is replaced.

    reader: what is saved; of a run, `run.reader()`.
    path: the file. Its folder must exist.

    Raises FileError if the disk will not, ModelFileError for more than a file may hold (docs/decisions/0003-model-file
    has the limits), UsageError for anything else than a Reader and a path.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(load("video"), Path(folder) / "mine.digitlens")
    ...     load(Path(folder) / "mine.digitlens").name
    'video'
    """
    from digitlens.reading.reader import Reader
    from digitlens.storage import model_file

    check_type("save()", "reader", reader, Reader, "a Reader", "of a run, save run.reader()")
    check_type("save()", "path", path, (str, os.PathLike), "a file name", 'such as "mine.digitlens"')
    model_file.save(reader, path)


def export(
    network: str | Path | Reader,
    path: str | Path,
    format: str = "",  # noqa: A002 - what it is called everywhere
    *,
    int8: bool = False,
    data: Digits | DataSet | str | Path | None = None,
) -> list[Path]:
    """Write a network for other programs: ONNX, C, NumPy or JSON, with ten test vectors and a readme beside it.

    network: the name of one that ships, a model file, or a Reader.
    path: the file to write.
    format: "onnx", "c", "numpy" or "json"; "" to go by the ending .onnx, .h, .npz or .json.
    int8: C with weights and activations in bytes.
    data: for int8, Digits as the network sees them, or what data() takes, whose training images serve; None: MNIST's.

    Gives the paths of the files. Raises UsageError for what a format cannot hold, FileError if writing fails, and what
    load() and data() raise.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in export("video", Path(folder) / "video.onnx")]
    ['video.onnx', 'video.vectors.json', 'video.readme.txt']
    """
    from digitlens.digits.dataset import DataSet, Digits
    from digitlens.digits.sources.find import find_data
    from digitlens.exports.formats import export as write
    from digitlens.exports.formats import format_of
    from digitlens.storage.shipped import reader_for

    check_type("export()", "path", path, (str, os.PathLike), "a file name", 'such as "mine.onnx"')
    check_type("export()", "format", format, str, "the name of a format")
    check_type("export()", "int8", int8, bool, "True or False")
    format_of(path, format, int8=int8)  # before anything is loaded
    reader = reader_for("export()", network)
    if not int8 and data is not None:
        raise UsageError("export() takes data for int8=True alone; leave it out")
    if not int8 or isinstance(data, Digits):
        digits = data if isinstance(data, Digits) else None
    else:
        digits = (data if isinstance(data, DataSet) else find_data(data)).training
    return write(reader, path, format, int8=int8, digits=digits)


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
    """Why a picture is read as it is: one neuron's sum, term by term, or back-propagation, number by number.

    picture: as for read(): a picture file, its bytes, an array or a Pillow image.
    network: the name of one that ships, a model file, or a Reader.
    layer: the layer of the neuron, 1 for the first hidden layer; None: the outputs.
    neuron: which of its neurons, from 0; None: the most active output, and neuron 0 of a hidden layer the most active.
    target: the class that the picture should have been read as, from 0. With it, the result is a Steps: this one
    example through back-propagation, down to any weight.

    Raises UsageError for a layer, neuron or target that is not there, and for a target beside a layer or a neuron;
    and what read() raises.

    >>> import numpy as np
    >>> bar = np.zeros((28, 28)); bar[4:24, 13:15] = 1
    >>> explain(bar, layer=1, neuron=3).others
    778
    >>> explain(bar, target=7)
    <Steps: target 7, cost 1.986>
    """
    from digitlens.lens.neuron import neuron_sum
    from digitlens.lens.steps import back_propagate
    from digitlens.storage.shipped import reader_for

    reader = reader_for("explain()", network)
    trace = reader.read(picture).trace
    if target is not None:
        if layer is not None or neuron is not None:
            raise UsageError(
                "explain() takes a neuron apart or, with `target`, walks back-propagation; for one weight of that way "
                "use explain(picture, target=...).weight(layer, neuron, source)"
            )
        return back_propagate(reader.network, trace.a[0], target, reader.cost)
    layer = len(reader.network.layers) if layer is None else whole_number("explain()", "layer", layer, 0)
    if neuron is None:
        neuron = int(trace.a[layer].argmax()) if 0 < layer < len(trace.a) else 0
    return neuron_sum(reader.network, trace, layer, neuron)


def train(
    recipe: str | Recipe = "video",
    data: DataSet | str | Path | None = None,
    *,
    start: str | Path | Reader | None = None,
    engine: str = "auto",
    **changes: Unpack[RecipeChanges],
) -> Run:
    """Prepare a training run. To walk through the run is to train: each step of the loop gives a Record.

    recipe: a name ("video", "talk", "video-best", "straight", "reader") or a Recipe.
    data: a DataSet, or a name or folder as for data(); None: the data that the recipe was made for.
    start: a network to start from, its name, file or Reader: it learns on in small steps, and `recipe` is left out.
    Where it does not know all classes of the data, its last layer becomes a new one. None: random weights.
    engine: "compiled", "plain", or "auto" for the fastest that can run the recipe.
    changes: fields of the recipe to change, such as epochs=3.

    Of a small data set a named recipe holds out at most a tenth, unless `validation` says how many images. Raises
    RecipeError and UsageError for what makes no sense, DataError where there is no data.

    >>> import digitlens as dl
    >>> written = dl.pen_digits(120).digits
    >>> run = train("video", dl.DataSet("few", "a few pen digits", written[:100], written[100:]), epochs=2)
    >>> [record.epoch for record in run], run
    ([1, 2], <Run video: 2 of 2 epochs>)
    """
    if start is not None:
        from digitlens.learning.tuned_run import tuned_run
        from digitlens.storage.shipped import reader_for

        if recipe != "video":
            raise UsageError("train() takes the recipe from the network that it starts from; leave `recipe` out")
        began = reader_for("train()", start)
        return tuned_run(began, lambda base: _digits("train()", base, data, began), engine, changes)
    from digitlens.learning.training import Run, fitted

    base, chosen = _recipe("train()", recipe, changes)
    found = _digits("train()", base, data)
    return Run(fitted(base, found, chosen=chosen), found, engine=engine)


def compare(
    field: str,
    values: Sequence[Any],
    *,
    seeds: int = 10,
    recipe: str | Recipe = "video",
    data: DataSet | str | Path | None = None,
    jobs: int | None = None,
    cluster: str = "",
    **changes: Unpack[RecipeChanges],
) -> Compared:
    """Train with several values of one field of a recipe, from the same seeds, and say what the numbers support.

    field: of a recipe, such as "activation".
    values: 2 to 8 of it, such as ["sigmoid", "relu"].
    seeds: how many runs with each value, 1 to 100.
    recipe: a name or a Recipe; everything else about the runs.
    data: a DataSet, or a name or folder as for data(); None: the data that the recipe was made for.
    jobs: how many runs at a time; None: one a core, or as many as the cluster can.
    cluster: the address of a Dask scheduler, such as "tcp://host:8786"; empty: this machine. `data` must then be a name
    or a folder, which the workers find by themselves.
    changes: other fields of the recipe to change, such as epochs=10.

    Raises UsageError and RecipeError for what makes no sense, DataError without data, ClusterError without a cluster.

    >>> import digitlens as dl
    >>> written = dl.pen_digits(120).digits
    >>> few = dl.DataSet("few", "a few pen digits", written[:100], written[100:])
    >>> compare("activation", ["sigmoid", "relu"], seeds=2, data=few, epochs=1)
    <Compared: activation, sigmoid and ReLU, 2 seeds>
    """
    from digitlens.learning.experiments import Experiments
    from digitlens.learning.varied import Varied

    who = "compare()"
    check_type(who, "field", field, str, "the name of a recipe's field", 'such as "activation"')
    base, chosen = _recipe(who, recipe, changes)
    varied = Varied(base, field, list_of_values(who, values), whole_number(who, "seeds", seeds, 1))
    work, found = _work(who, base, data, jobs, cluster), _digits(who, base, data)
    return varied.compared(Experiments(varied.recipes(found, chosen=chosen), found, **work).in_order())


@renamed_arguments(heard="on_progress")
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
    on_progress: Callable[[int, int], object] = lambda done, total: None,
    **changes: Unpack[RecipeChanges],
) -> Swept:
    """Train many recipes: every combination of some values, or, with `runs`, so many drawn at random.

    values: for each field of the recipe that is tried a list of values, {"learning_rate": [0.2, 0.5]}, or, with `runs`,
    a Range to draw from.
    runs: how many recipes are drawn; None: every combination is tried.
    seeds: how many runs of each recipe, from different seeds.
    recipe: a name or a Recipe; everything else about the runs.
    data: a DataSet, or a name or folder as for data(); None: the data that the recipe was made for.
    journal: a file that keeps every run. The same sweep continues from there, and no run is done twice.
    jobs: how many runs at a time; None: one a core, or as many as the cluster can.
    cluster: the address of a Dask scheduler, such as "tcp://host:8786"; empty: this machine. `data` must then be a name
    or a folder, which the workers find by themselves.
    on_progress: a function (done, total) that is called before the first run and after each.
    changes: other fields of the recipe to change, such as epochs=10.

    A run that fails is a row with its `error`. Raises UsageError and RecipeError for what makes no sense, DataError
    without data, FileError for a file that is no journal of a sweep over this data, ClusterError without a cluster.

    >>> import digitlens as dl
    >>> written = dl.pen_digits(200).digits
    >>> few = dl.DataSet("few", "a few pen digits", written[:150], written[150:])
    >>> swept = sweep({"learning_rate": [0.01, 1.0], "hidden": [(), (8, 8)]}, data=few, epochs=2)
    >>> swept, [(row["learning_rate"], row["hidden"]) for row in swept.table]
    (<Swept: 4 runs>, [(0.01, 'none'), (0.01, '8-8'), (1.0, 'none'), (1.0, '8-8')])
    >>> swept.best.learning_rate
    1.0
    """
    from digitlens.learning import sweeping

    who = "sweep()"
    advice = 'such as {"learning_rate": [0.2, 0.5]}'
    check_type(who, "values", values, Mapping, "a dictionary of fields and their values", advice)
    if journal is not None:
        from digitlens.files.atomic import check_writable

        check_type(who, "journal", journal, (str, os.PathLike), "a file name")
        check_writable(journal)
    check_callback(who, "on_progress", on_progress, "done, total")
    base, chosen = _recipe(who, recipe, changes)
    recipes = sweeping.grid(base, values, seeds) if runs is None else sweeping.at_random(base, values, runs, seeds)
    work = _work(who, base, data, jobs, cluster)
    rows = sweeping.sweep(recipes, _digits(who, base, data), journal, chosen=chosen, on_progress=on_progress, **work)
    return sweeping.Swept(tuple(rows))


def _recipe(who: str, recipe: str | Recipe, changes: RecipeChanges) -> tuple[Recipe, bool]:
    """The recipe with its changes, and whether how many images it holds out was chosen, as fitted() asks."""
    from digitlens.learning.recipe import Recipe
    from digitlens.learning.recipes import named

    advice = "make a recipe with dl.Recipe(epochs=3), or change fields of a named one with train(epochs=3)"
    check_type(who, "recipe", recipe, (str, Recipe), "the name of a recipe or a Recipe", advice)
    base = named(recipe) if isinstance(recipe, str) else recipe
    return base.changed(**changes), not isinstance(recipe, str) or "validation" in changes


def _digits(who: str, recipe: Recipe, data: DataSet | str | Path | None, network: Reader | None = None) -> DataSet:
    """The data that was handed over or named; without it those that the recipe was made for. network: is to see it."""
    from digitlens.digits.dataset import DataSet
    from digitlens.digits.sources.find import find_data
    from digitlens.learning.training import named_for

    if isinstance(data, DataSet):
        return data
    if data is not None:
        advice = "of arrays make one with dl.data(images, labels)"
        check_type(who, "data", data, (str, os.PathLike), "a DataSet, a name or a folder", advice)
    if network is None:
        return find_data(named_for(recipe, data))
    return find_data(named_for(recipe, data), size=network.image_shape, framing=network.framing)


def _work(who: str, base: Recipe, data: Any, jobs: int | None, cluster: str) -> dict[str, Any]:
    """Where runs are done, as Experiments takes it: `named` is the data as the workers of a cluster find it."""
    from digitlens.digits.dataset import DataSet
    from digitlens.learning.training import named_for
    from digitlens.parallel.tasks import check_workers

    check_type(who, "cluster", cluster, str, "the address of a Dask scheduler", 'such as "tcp://host:8786"')
    named = None if isinstance(data, DataSet) else named_for(base, data)
    at_once = None if jobs is None else whole_number(who, "jobs", jobs, 1, MOST_JOBS)
    check_workers(at_once, cluster)
    return {"jobs": at_once, "cluster": cluster, "named": None if named is None else str(named)}
