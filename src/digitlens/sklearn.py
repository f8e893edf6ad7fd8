"""The scikit-learn face: the network as a classifier that fits into pipelines, searches and cross-validation.

    from digitlens.sklearn import DigitlensClassifier

    model = DigitlensClassifier(hidden=(30,), epochs=10).fit(images, labels)
    model.score(other_images, other_labels), model.engine_

Any labels and any number of columns: pictures, flat or not, and tables that are none. It takes `scikit-learn`, which
comes with the extra `digitlens[sklearn]`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlens.errors import MissingExtra, ShapeError, UsageError
from digitlens.learning.recipe import FIELDS, Recipe, RecipeChanges
from digitlens.learning.schema import LEARNING, NETWORK

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets, unique_labels
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
except ImportError as error:
    raise MissingExtra(
        'digitlens.sklearn needs scikit-learn 1.6 or newer, which is not installed: pip install "digitlens[sklearn]"'
    ) from error

if TYPE_CHECKING:
    from digitlens.learning.engine import State
    from digitlens.network.network import Layer, Network
    from digitlens.reading.reader import Reader

__all__ = ["DigitlensClassifier", "reader_of"]

AT_ONCE = 1_000  # rows a forward pass
PARAMETERS: Mapping[str, Any] = {
    **{one.name: one.default for one in FIELDS.values() if one.group in (NETWORK, LEARNING) and one.name != "stored"},
    "hidden": (64,),
    "activation": "relu",
    "initialisation": "he",
    "output": "softmax",
    "cost": "cross_entropy",
    "optimiser": "adam",
    "learning_rate": 0.003,
    "epochs": 50,
}  # with the values that they have here


def _has_probabilities(model: DigitlensClassifier) -> bool:
    if model.output != "softmax":
        raise AttributeError(
            f"predict_proba() is there for softmax outputs: what {model.output} outputs hold are activations, and no "
            "probabilities; use output='softmax', cost='cross_entropy', or activations()"
        )
    return True


class DigitlensClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]    # scikit-learn has no types
    """A plain network as a scikit-learn classifier: weighted sums, activation functions, back-propagation.

    The parameters are those fields of a Recipe that say what the network is and how it learns, with their names and
    checks, listed at the end, and `random_state` in place of a seed. A bad value raises RecipeError, which is a
    ValueError, from fit(); an unknown name TypeError. partial_fit() keeps the learning rate as it is.

    random_state: a whole number, a RandomState, or None for another run each time. The same number, the same network.

    Known after fit(): `classes_`, `n_features_in_`, `network_` (a Network), `coefs_` and `intercepts_` (as
    MLPClassifier lays them out), `loss_`, `loss_curve_` (the cost after each epoch), `n_iter_` (epochs done),
    `engine_` ("compiled" or "plain") and `fallback_reason_` (why it is not the compiled one; else empty).

    >>> model = DigitlensClassifier(hidden=(8,), epochs=40, learning_rate=0.05)
    >>> rows = np.array([[0.0, 0.2], [0.1, 0.1], [0.9, 1.0], [1.0, 0.8]] * 5)
    >>> model.fit(rows, ["low", "low", "high", "high"] * 5).predict([[0.05, 0.0], [1.0, 1.0]]).tolist()
    ['low', 'high']
    """

    def __init__(self, *, random_state: Any = 0, **parameters: Unpack[RecipeChanges]) -> None:
        if unknown := parameters.keys() - PARAMETERS.keys():
            raise TypeError(f"DigitlensClassifier has no parameter {min(unknown)!r}; it has {', '.join(PARAMETERS)}")
        for name, value in {**PARAMETERS, **parameters, "random_state": random_state}.items():
            setattr(self, name, value)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from the beginning.

        X: (n, columns), or images (n, rows, columns). uint8 means ink from 0 to 255 and is learned from as 0 to 1;
        other numbers are learned from as they are.
        y: (n,), the class of each row: numbers or texts.

        Raises ValueError for what is no such data, RecipeError for a bad parameter, TrainingError where it diverges.
        """
        rows, numbers = self._begin(X, y, None)
        return self._learn(rows, numbers, self._recipe(), None)

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Go through these rows once, and continue from what was learned before.

        X, y: as for fit(). classes: all classes that will ever come; needed at the first call alone.

        Raises what fit() raises.
        """
        if hasattr(self, "classes_"):
            if classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
                raise ValueError("partial_fit() got other classes than at its first call; leave them out")
            rows = self._rows(X, y, reset=False, labelled=True)
            numbers = self._numbers(rows[1])
            recipe = self._recipe(seed=self._seed, epochs=self.n_iter_ + 1).steady()
            return self._learn(rows[0], numbers, recipe, self._state)
        if classes is None:
            raise ValueError("partial_fit() wants all classes at its first call; give classes=[...]")
        first_rows, first_numbers = self._begin(X, y, classes)
        return self._learn(first_rows, first_numbers, self._recipe(epochs=1).steady(), None)

    def activations(self, X: ArrayLike) -> NDArray[np.float64]:
        """What the output neurons hold, (n, classes), in the order of `classes_`. X: as for fit()."""
        from digitlens.digits.dataset import pixels
        from digitlens.network.network import Layer, Network

        check_is_fitted(self)
        rows = self._rows(X, None, reset=False)[0]
        double = tuple(Layer(l.weights.astype(np.float64), l.biases.astype(np.float64)) for l in self.network_.layers)
        network = Network(double, self.network_.activations)  # in float64 a row's answer depends on no other row
        parts = (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))
        return np.concatenate([network.forward(pixels(some, network.dtype)).a[-1] for some in parts])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of the most active output for each row, (n,). X: as for fit()."""
        most_active = self.activations(X).argmax(axis=1)
        return self.classes_[most_active]

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The probability of each class, (n, classes), in the order of `classes_`. X: as for fit()."""
        return self.activations(X)

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The logarithm of predict_proba(). X: as for fit()."""
        with np.errstate(divide="ignore"):
            return np.log(self.activations(X))

    def reader(self, image_shape: tuple[int, int] | None = None, name: str = "scikit-learn") -> Reader:
        """What it has learned as a Reader: to look inside, to read pictures, to save.

        image_shape: rows and columns of the images; None: those of the images that fit() got, or a square.

        Raises ShapeError where the columns are no image.
        """
        from digitlens.digits.dataset import are_digits
        from digitlens.digits.preparation.framing import NOT_FRAMED, framing_for
        from digitlens.reading.reader import Reader

        check_is_fitted(self)
        side = round(self.n_features_in_**0.5)
        shape = image_shape or self._image_shape or (side, side)
        if shape[0] * shape[1] != self.n_features_in_:
            raise ShapeError(f"reader() wants rows × columns = {self.n_features_in_:,}, got {shape}; give image_shape")
        names = tuple(map(str, self.classes_.tolist()))
        framed = are_digits(names) or self._lies_framed
        return Reader(
            network=self.network_,
            name=name,
            cost=self.cost,
            classes=names,
            framing=framing_for(shape) if framed else NOT_FRAMED,
            image_shape=shape,
        )

    @property
    def coefs_(self) -> list[NDArray[Any]]:
        """The weights as MLPClassifier lays them out: (n_before, n) for each layer."""
        return [layer.weights.T for layer in self._layers]

    @property
    def intercepts_(self) -> list[NDArray[Any]]:
        """The biases, (n,) for each layer."""
        return [layer.biases for layer in self._layers]

    @property
    def _layers(self) -> tuple[Layer, ...]:
        network: Network = self.network_
        return network.layers

    def _recipe(self, **changes: Any) -> Recipe:
        """How to learn, with the seed that `random_state` stands for."""
        parameters = self.get_params(deep=False)
        state = parameters.pop("random_state")
        seed = changes.pop("seed", None)
        if seed is None:
            whole = isinstance(state, (int, np.integer)) and not isinstance(state, bool)
            seed = int(state) if whole else int(check_random_state(state).randint(2**31 - 1))
        fields = {"name": "scikit-learn", "validation": 0, "seed": seed} | parameters | changes
        return Recipe.from_json({name: _plain(value) for name, value in fields.items()})

    def _begin(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows and class numbers for a first time: what was learned before is forgotten."""
        rows, labels = self._rows(X, y, reset=True, labelled=True)
        self._image_shape = tuple(np.shape(X)[1:]) if _are_images(X) else None
        self.classes_ = unique_labels(labels if classes is None else np.asarray(classes))
        return rows, self._numbers(labels)

    def _rows(self, X: Any, y: Any, *, reset: bool, labelled: bool = False) -> tuple[NDArray[Any], NDArray[Any]]:
        """Checked rows (n, columns) in uint8 or floats, and labels (n,); none unless `labelled`."""
        if _are_images(X):
            X = np.asarray(X)
            X = X.reshape(len(X), -1)
        kinds = [np.float64, np.float32, np.uint8]
        if not labelled:
            return validate_data(self, X, dtype=kinds, reset=reset), np.empty(0)
        rows, labels = validate_data(self, X, y, dtype=kinds, reset=reset)
        labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        return rows, labels

    def _numbers(self, labels: NDArray[Any]) -> NDArray[np.int64]:
        """The class of each label, from 0. Raises ValueError for one that is no class."""
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(f"every label is one of the classes {self.classes_}, got {unknown[:5]}")
        return np.searchsorted(self.classes_, labels)

    def _learn(self, rows: NDArray[Any], numbers: NDArray[Any], recipe: Recipe, state: State | None) -> Self:
        from digitlens.digits.preparation.framing import SIDE, lie_framed
        from digitlens.learning.rows import Rows, as_bytes, fallback_reason, learn

        found = as_bytes(rows)
        if state is None:
            images = None if found is None or found.shape[1] != SIDE**2 else found.reshape(-1, SIDE, SIDE)
            self._lies_framed = images is None or lie_framed(images[:AT_ONCE])
        if found is None:
            rows = rows.astype(recipe.precision, copy=False)
        examples = Rows(rows if found is None else found, numbers)
        classes = len(self.classes_)
        curve: list[float] = list(getattr(self, "loss_curve_", ())) if state is not None else []
        for record in learn(recipe, examples, classes, state):
            assert record.training is not None
            curve.append(record.training.cost)
        self.network_, self._state, self._seed = record.network, record.state, recipe.seed
        self.n_iter_, self.loss_curve_, self.loss_ = record.epoch, curve, curve[-1]
        self.n_layers_, self.n_outputs_, self.out_activation_ = len(self._layers) + 1, classes, recipe.output
        self.engine_, self.fallback_reason_ = record.engine, fallback_reason(recipe, examples, classes)
        return self


def _signature() -> inspect.Signature:
    """What scikit-learn asks of an estimator's parameters: they all have a name and a default."""
    values = {**PARAMETERS, "random_state": 0}
    named = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value) for name, value in values.items()]
    return inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD), *named])


DigitlensClassifier.__init__.__signature__ = _signature()  # type: ignore[attr-defined]
if DigitlensClassifier.__doc__:  # `python -OO` takes it away
    DigitlensClassifier.__doc__ += "\n".join(
        ["", *(f"    {name}={value!r}: {FIELDS[name].help}" for name, value in PARAMETERS.items()), "    "]
    )


def reader_of(model: Any, image_shape: tuple[int, int] | None = None, name: str = "MLPClassifier") -> Reader:
    """A fitted MLPClassifier of scikit-learn as a Reader, to look inside and to read pictures with.

    model: an MLPClassifier. Of two classes it has one output; the Reader has two, which hold the same probabilities.
    image_shape: rows and columns of its images; None: a square.

    Raises UsageError for anything else, ModelFileError where its columns are no image.
    """
    from digitlens.storage.foreign import reader_of as made

    if type(model).__name__ != "MLPClassifier" or not hasattr(model, "coefs_"):
        raise UsageError(f"reader_of() wants a fitted MLPClassifier, got a {type(model).__name__}; call fit() first")
    if model.out_activation_ == "logistic" and len(model.classes_) != 2:
        raise UsageError("reader_of() wants an MLPClassifier of one class for each row, got one of several at a time")
    weights = [np.asarray(W).T for W in model.coefs_]
    biases = [np.asarray(b) for b in model.intercepts_]
    if model.out_activation_ == "logistic":  # sigmoid(z) is the second of softmax(0, z)
        weights[-1] = np.vstack([np.zeros_like(weights[-1]), weights[-1]])
        biases[-1] = np.concatenate([np.zeros_like(biases[-1]), biases[-1]])
    hidden = {"logistic": "sigmoid"}.get(model.activation, model.activation)
    names = [hidden] * (len(weights) - 1) + ["softmax"]
    classes = [str(one) for one in model.classes_.tolist()]
    about = {"classes": classes, "image_shape": image_shape, "name": name, "cost": "cross_entropy"}
    return made(list(zip(weights, biases, names, strict=True)), about, name)


def _are_images(X: Any) -> bool:
    return getattr(X, "ndim", 2) == 3


def _plain(value: Any) -> Any:
    """A parameter as a recipe takes it: NumPy's numbers, which searches hand over, as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple, np.ndarray)) else value
