"""The mathematics for programs: network/ itself checks shapes only, and these say what else they want."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from digitlens.checks import check_type, described, tuple_of, whole_number
from digitlens.errors import RecipeError, ShapeError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digitlens.network.activations import Activation, Array
    from digitlens.network.costs import CostFunction
    from digitlens.network.network import Layers, Network, Trace

__all__ = ["backward", "cost_for", "initialise", "one_hot"]

MOST_NEURONS = 1_000_000  # in a layer
MOST_CLASSES = 10_000


def initialise(
    sizes: Sequence[int],
    activations: Sequence[Activation],
    scheme: str,
    rng: np.random.Generator,
    dtype: Any = "float32",
) -> Network:
    """A network that has not learned anything yet.

    sizes: neurons in each layer, the image first, (784, 16, 16, 10).
    activations: one for each layer after the image.
    scheme: how the first weights are drawn, "one_over_n", "standard_normal", "glorot" or "he".
    rng: the random numbers.
    dtype: float32 or float64.

    Raises RecipeError for an unknown scheme, ShapeError and UsageError for what makes no network.

    >>> import digitlens as dl
    >>> import numpy as np
    >>> initialise((784, 16, 10), [dl.ACTIVATIONS["sigmoid"]] * 2, "he", np.random.default_rng(0))
    <Network 784-16-10: sigmoid, float32>
    """
    import numpy as np

    from digitlens.network import initialisation
    from digitlens.network.activations import Activation

    who = "initialise()"
    check_type(who, "scheme", scheme, str, "a name", 'such as "one_over_n"')
    if scheme not in initialisation.INITIALISATIONS:
        raise RecipeError(
            f"{who} wants one of {', '.join(initialisation.INITIALISATIONS)} for scheme, got {scheme!r:.80}"
        )
    check_type(who, "rng", rng, np.random.Generator, "a generator of random numbers", "numpy.random.default_rng(0)")
    check_type(who, "sizes", sizes, (list, tuple), "neurons in each layer", "such as (784, 16, 16, 10)")
    neurons = [whole_number(who, "sizes", n, 1, MOST_NEURONS) for n in sizes]
    functions = tuple_of(who, "activations", activations, Activation, "Activations")
    return initialisation.initialise(neurons, functions, scheme, rng, _float_type(who, dtype))


def cost_for(name: str, output: Activation) -> CostFunction:
    """The cost called `name`, for output neurons with the activation function `output`.

    name: "quadratic", the sum over the outputs of (a - y)², as in the talk, without ½; or "cross_entropy", which is of
    softmax outputs one choice among all classes, -Σ y ln a, and of others a question of yes or no for each class,
    -Σ y ln a + (1 - y) ln(1 - a).
    output: such as ACTIVATIONS["sigmoid"].

    Raises RecipeError for pairs that make no sense, and says why.

    >>> import digitlens as dl
    >>> cost_for("cross_entropy", dl.ACTIVATIONS["softmax"])
    CostFunction()
    """
    from digitlens.network import costs
    from digitlens.network.activations import Activation

    check_type("cost_for()", "name", name, str, "a name", 'such as "quadratic"')
    check_type("cost_for()", "output", output, Activation, "an Activation", 'such as ACTIVATIONS["sigmoid"]')
    return costs.cost_for(name, output)


def one_hot(digits: NDArray[np.integer[Any]], classes: int = 10, dtype: Any = "float32") -> Array:
    """The targets y, (n, classes): 1 for the right class, 0 for the others.

    digits: (n,) whole numbers from 0.
    classes: how many there are, at most 10,000.
    dtype: float32 or float64.

    Raises ShapeError for other labels, UsageError for other classes or types.

    >>> import numpy as np
    >>> one_hot(np.array([2, 0]), classes=3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    import numpy as np

    from digitlens.network import costs

    who = "one_hot()"
    classes = whole_number(who, "classes", classes, 1, MOST_CLASSES)
    check_type(who, "digits", digits, np.ndarray, "an array of whole numbers, (n,)")
    if digits.ndim != 1 or digits.dtype.kind not in "iu":
        raise ShapeError(f"{who} wants whole numbers (n,) for digits, got {digits.shape} in {digits.dtype}")
    if len(digits) and not (digits.min() >= 0 and digits.max() < classes):
        raise ShapeError(f"{who} wants digits from 0 to {classes - 1}, got {digits.min()} to {digits.max()}")
    return costs.one_hot(digits, classes, _float_type(who, dtype))


def backward(network: Network, trace: Trace, targets: Array, cost: CostFunction) -> Layers:
    """The gradient of the mean cost of a batch: one Layer for each layer of the network, of the same shape.

    network: whose weights and biases learn.
    trace: of network.forward(images), for (batch, 784) images.
    targets: (batch, 10), as one_hot() gives them.
    cost: as cost_for() gives it, for the outputs of this network.

    For a batch of one, the gradient of the biases is that image's dC/dz. Raises ShapeError where they do not fit
    together, UsageError for anything else.

    >>> import digitlens as dl
    >>> import numpy as np
    >>> network, image = dl.load("video").network, np.zeros((1, 784), np.float32)
    >>> cost = cost_for("quadratic", dl.ACTIVATIONS["sigmoid"])
    >>> backward(network, network.forward(image), one_hot(np.array([7])), cost)
    (<Layer 16×784, float32>, <Layer 16×16, float32>, <Layer 10×16, float32>)
    """
    import numpy as np

    from digitlens.network import gradient
    from digitlens.network.costs import CostFunction
    from digitlens.network.network import Network, Trace

    who = "backward()"
    check_type(who, "network", network, Network, "a Network")
    check_type(who, "trace", trace, Trace, "a Trace", "network.forward(images) gives it")
    check_type(who, "cost", cost, CostFunction, "a CostFunction", "cost_for() gives it")
    check_type(who, "targets", targets, np.ndarray, "an array", "one_hot() gives it")
    if targets.dtype.kind not in "fiub" or targets.ndim != 2 or not len(targets):
        raise ShapeError(f"{who} wants numbers for one image or more, got {targets.shape} in {targets.dtype}")
    return gradient.backward(network, trace, targets, cost)


def _float_type(who: str, dtype: Any) -> Any:
    """NumPy's float32 or float64, of any spelling. Raises UsageError for any other type."""
    import numpy as np

    try:
        found = None if dtype is None else np.dtype(dtype)
    except (TypeError, ValueError, OverflowError, SyntaxError):  # how NumPy answers for what is no type
        found = None
    if found not in (np.float32, np.float64):
        raise UsageError(f"{who} wants float32 or float64 for dtype, got {described(dtype)}")
    return found
