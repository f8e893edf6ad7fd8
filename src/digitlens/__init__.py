"""Digitlens: a neural network that reads handwritten digits, with nothing hidden in its hidden layers.

    import digitlens as dl

    dl.read("seven.png").digit            # read a picture
    dl.read_page("form.jpg").text         # read many, in order
    dl.read_pages("scans")                # a row for each number in a folder, for pandas.DataFrame
    dl.explain("seven.png")               # one neuron's sum, term by term
    dl.explain("seven.png", target=2)     # back-propagation, number by number

    run = dl.train("video", epochs=10)    # a run: walk through it to train
    for record in run:
        print(record)  # <Record: epoch 1, test accuracy 88.62%>
    dl.save(run.reader(), "mine.digitlens")

Nothing heavy is imported until a name is used. docs/api/ has a page for every name.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same names once more, for type checkers and editors: a test compares both lists
    from digitlens.digits.dataset import DataSet as DataSet, Digits as Digits
    from digitlens.digits.preparation.prepare import Prepared as Prepared, Stage as Stage
    from digitlens.digits.synthetic.pen.writer import PenDigits as PenDigits
    from digitlens.errors import (
        ClusterError as ClusterError,
        DataError as DataError,
        DigitlensError as DigitlensError,
        DownloadError as DownloadError,
        FileError as FileError,
        IdxError as IdxError,
        MissingExtra as MissingExtra,
        ModelFileError as ModelFileError,
        PictureError as PictureError,
        RecipeError as RecipeError,
        ShapeError as ShapeError,
        TrainingError as TrainingError,
        UsageError as UsageError,
    )
    from digitlens.learning.compared import Comparison as Comparison
    from digitlens.learning.data_split import DataSplit as DataSplit
    from digitlens.learning.engine import Engine as Engine, Measured as Measured, Record as Record, State as State
    from digitlens.learning.experiments import Outcome as Outcome
    from digitlens.learning.recipe import Recipe as Recipe
    from digitlens.learning.sweeping import Range as Range, Swept as Swept
    from digitlens.learning.training import Run as Run
    from digitlens.learning.varied import Compared as Compared, Side as Side, Varied as Varied
    from digitlens.lens.neuron import NeuronSum as NeuronSum, PrintedSum as PrintedSum, Term as Term
    from digitlens.lens.steps import (
        ChainTerm as ChainTerm,
        OutputGradient as OutputGradient,
        Steps as Steps,
        WeightChain as WeightChain,
    )
    from digitlens.network.activations import ACTIVATIONS as ACTIVATIONS, Activation as Activation
    from digitlens.network.costs import Cost as Cost, CostFunction as CostFunction
    from digitlens.network.network import Layer as Layer, Network as Network, Trace as Trace
    from digitlens.network.optimisers import (
        Memory as Memory,
        Optimiser as Optimiser,
        adam as adam,
        gradient_descent as gradient_descent,
        momentum as momentum,
    )
    from digitlens.python import (
        compare as compare,
        explain as explain,
        export as export,
        load as load,
        save as save,
        sweep as sweep,
        train as train,
    )
    from digitlens.python_data import data as data, mnist as mnist, pen_digits as pen_digits
    from digitlens.python_many import read_many as read_many, read_pages as read_pages
    from digitlens.python_network import (
        backward as backward,
        cost_for as cost_for,
        initialise as initialise,
        one_hot as one_hot,
    )
    from digitlens.python_reading import read as read, read_fields as read_fields, read_page as read_page
    from digitlens.reading.calibration import Calibration as Calibration
    from digitlens.reading.evaluation import Evaluation as Evaluation
    from digitlens.reading.familiarity import Familiarity as Familiarity, Judgement as Judgement
    from digitlens.reading.page.numbers import DigitBox as DigitBox, Number as Number
    from digitlens.reading.page.page import Page as Page
    from digitlens.reading.reader import Reader as Reader
    from digitlens.reading.reading import Reading as Reading
    from digitlens.reading.regions import Field as Field, Region as Region
    from digitlens.widget import Lens as Lens

    __version__: str

_NAMES = {  # where each public name lives; a name is imported from there when it is first used
    "digitlens.python": "compare explain export load save sweep train",
    "digitlens.python_data": "data mnist pen_digits",
    "digitlens.python_many": "read_many read_pages",
    "digitlens.python_reading": "read read_fields read_page",
    "digitlens.python_network": "backward cost_for initialise one_hot",
    "digitlens.reading.reader": "Reader",
    "digitlens.reading.reading": "Reading",
    "digitlens.reading.regions": "Field Region",
    "digitlens.reading.evaluation": "Evaluation",
    "digitlens.reading.familiarity": "Familiarity Judgement",
    "digitlens.reading.calibration": "Calibration",
    "digitlens.reading.page.numbers": "DigitBox Number",
    "digitlens.reading.page.page": "Page",
    "digitlens.digits.preparation.prepare": "Prepared Stage",
    "digitlens.digits.dataset": "DataSet Digits",
    "digitlens.digits.synthetic.pen.writer": "PenDigits",
    "digitlens.lens.neuron": "NeuronSum PrintedSum Term",
    "digitlens.lens.steps": "ChainTerm OutputGradient Steps WeightChain",
    "digitlens.learning.recipe": "Recipe",
    "digitlens.learning.training": "Run",
    "digitlens.learning.engine": "Engine Measured Record State",
    "digitlens.learning.data_split": "DataSplit",
    "digitlens.learning.varied": "Compared Side Varied",
    "digitlens.learning.compared": "Comparison",
    "digitlens.learning.experiments": "Outcome",
    "digitlens.learning.sweeping": "Range Swept",
    "digitlens.network.network": "Layer Network Trace",
    "digitlens.network.activations": "ACTIVATIONS Activation",
    "digitlens.network.costs": "Cost CostFunction",
    "digitlens.network.optimisers": "Memory Optimiser adam gradient_descent momentum",
    "digitlens.widget": "Lens",
    "digitlens.errors": (
        "ClusterError DataError DigitlensError DownloadError FileError IdxError MissingExtra ModelFileError "
        "PictureError RecipeError ShapeError TrainingError UsageError"
    ),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
_RENAMED: dict[str, str] = {}  # old public names that still work: {"old": "new"}

__all__ = sorted(_HOMES)


if not TYPE_CHECKING:  # a type checker that sees __getattr__ would take any name for a public one

    def __getattr__(name: str) -> Any:
        """Import a public name's own module when it is first used (PEP 562)."""
        if name == "__version__":
            from importlib.metadata import version

            return version("digitlens")
        if name in _RENAMED:
            from digitlens.deprecations import warn_renamed

            warn_renamed(f"digitlens.{name}", f"digitlens.{_RENAMED[name]}")
            return __getattr__(_RENAMED[name])
        if name not in _HOMES:
            raise AttributeError(f"module 'digitlens' has no attribute {name!r}")
        import importlib

        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
