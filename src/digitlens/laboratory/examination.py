"""What one network's hidden neurons look for, neuron by neuron, as the page shows it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE, DataSet, shape_name
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.errors import UsageError
from digitlens.laboratory.activation_maximisation import maximising_picture, strongest, weighted_sum
from digitlens.laboratory.dictionary import Dictionary, Part, dictionary
from digitlens.laboratory.first_layer import (
    LEVEL,
    SURROGATES_PER_NEURON,
    FirstLayer,
    first_layer,
    inked_pixels,
)
from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.second_layer import CLEAR, SecondLayer, second_layer
from digitlens.laboratory.stimuli import stimuli
from digitlens.laboratory.study import SHUFFLED, shuffled
from digitlens.reading.overflow import beyond, overflows
from digitlens.reading.reader import Reader
from digitlens.storage.fingerprint import fingerprint

IMAGES = 10  # how many of the strongest images are kept for each neuron
MOST = 128  # hidden neurons that are examined: more would take hours, and a file of many megabytes
VERSION = 1


def strongest_images(
    reader: Reader, data: DataSet, images: NDArray[np.uint8], layer: int, neuron: int
) -> dict[str, Any]:
    """The test images that a hidden neuron responds to most, and the picture that would excite it most.

    images: those of data.test as the network sees them, (n, pixels) uint8.
    """
    network = reader.network
    most = strongest(network, images, layer, neuron, IMAGES)
    ink = float(images.mean(dtype=np.float64)) * images.shape[1] / 255
    picture = maximising_picture(network, layer, neuron, ink, images[most[0]] / 255)
    activation = network.activations[layer - 1]
    activations = activation(network.forward(images[most] / np.float32(255)).z[layer - 1][:, neuron])
    z = weighted_sum(network, layer, neuron, picture)
    return {
        "strongest": [
            {
                "ink": text_of(images[k]),
                "label": data.classes[data.test.digits[k]],
                "number": int(k),
                "activation": round(float(a), 6),
            }
            for k, a in zip(most, activations, strict=True)
        ],
        "exciting": {
            "ink": text_of(np.rint(255 * picture).astype(np.uint8)),
            "activation": round(float(activation(np.array([z]))[0]), 6),
        },
    }


def best_part(weights: NDArray[Any], result: FirstLayer, neuron: int) -> dict[str, Any]:
    """The edge or bar that explains a neuron's weights, (784,), best; as measured in `result`."""
    picture = signed(result.parts[neuron], weights)
    return {
        "kind": result.parts[neuron].kind,
        "explained": round(float(result.explained[neuron]), 6),
        "expected": round(float(result.expected[neuron]), 6),
        "p": round(float(result.p[neuron]), 6),
        "weights": text_of(np.rint(127 * picture / np.abs(picture).max()).astype(np.int8)),
    }


def signed(part: Part, weights: NDArray[Any]) -> NDArray[np.float64]:
    """The part as a picture, (784,), with the sign that it has in these weights, (784,)."""
    picture = part.picture().ravel()
    return picture * (np.sign(picture @ weights) or 1.0)


def examine(
    reader: Reader, data: DataSet, rng: np.random.Generator, progress: Callable[[float], object] = lambda share: None
) -> dict[str, Any]:
    """Everything that the page shows of one network, as plain JSON values: docs/laboratory.md names the fields.

    data: its test images are shown to the network; its training images tell on which pixels there is ever any ink.
    progress: called with the share that is done, 0..1.
    Raises UsageError for a network with more than MOST hidden neurons or none, or for another image size than 28×28;
    DataError for one whose sums overflow.
    """
    network = reader.network
    hidden = network.sizes[1:-1]
    who = f"the network {reader.name!r}"
    if not hidden or sum(hidden) > MOST:
        raise UsageError(f"the laboratory examines networks with 1 to {MOST} hidden neurons; {who} has {sum(hidden)}")
    if reader.image_shape != DIGIT_SHAPE or data.image_shape != DIGIT_SHAPE:
        raise UsageError(
            f"the laboratory looks for parts of digits in images of {shape_name(DIGIT_SHAPE)} pixels; {who} sees "
            f"{shape_name(reader.image_shape)}, and the images of {data.source} have {shape_name(data.image_shape)}"
        )
    if overflows(network):
        raise beyond()
    training, test = (adjust_bytes(half.images, reader.adjusting) for half in (data.training, data.test))
    mask = inked_pixels(training.reshape(-1, 784))
    parts = dictionary(mask)
    weights = network.layers[0].weights
    steps, done = len(weights) * 2 + 40 * (len(hidden) > 1) + sum(hidden), 0

    def advance(by: int) -> None:
        nonlocal done
        done += by
        progress(done / steps)

    first = _first_layer(weights, parts, rng, advance)
    control = _first_layer(shuffled(weights, mask, rng), parts, rng, advance)
    second = None
    if len(hidden) > 1:
        second = second_layer(network, stimuli(test, data.test.digits, rng), rng)
        advance(40)
    neurons = []
    for layer, count in enumerate(hidden, start=1):
        found = []
        for neuron in range(count):
            one = strongest_images(reader, data, test.reshape(len(test), -1), layer, neuron)
            if layer == 1:
                one["part"] = best_part(weights[neuron], first, neuron) | {"found": bool(first.significant[neuron])}
            elif layer == 2 and second:
                one["tells"] = _tells(second, neuron)
            found.append(one)
            advance(1)
        neurons.append(found)
    return {
        "version": VERSION,
        "network": reader.name,
        "fingerprint": fingerprint(reader),
        "sizes": list(network.sizes),
        "on": data.name,
        "images": len(data.test),
        "first": _measured(first) | {"control": {"name": SHUFFLED, **_measured(control)}, "level": LEVEL},
        "second": _clearest(second) if second else None,
        "neurons": neurons,
    }


def _first_layer(
    weights: NDArray[Any], parts: Dictionary, rng: np.random.Generator, advance: Callable[[int], None]
) -> FirstLayer:
    result = first_layer(weights, parts, rng)
    advance(len(weights))
    return result


def _measured(layer: FirstLayer) -> dict[str, Any]:
    return {
        "found": int(layer.significant.sum()),
        "neurons": len(layer.significant),
        "explained": round(float(layer.explained.mean()), 6),
        "expected": round(float(layer.expected.mean()), 6),
        "surrogates": SURROGATES_PER_NEURON * len(layer.significant) - 1,
    }


def _clearest(layer: SecondLayer) -> dict[str, Any]:
    inside, plain = (np.abs(np.nan_to_num(area, nan=0.5) - 0.5).max() + 0.5 for area in (layer.auc, layer.plain))
    return {
        "found": int(layer.detects.any(axis=1).sum()),
        "neurons": len(layer.detects),
        "clear": CLEAR,
        "clearest": round(float(inside), 6),
        "over_all_digits": round(float(plain), 6),
    }


def _tells(layer: SecondLayer, neuron: int) -> dict[str, Any] | None:
    """The part that a neuron tells best within one digit; None where no digit has enough pictures."""
    far = np.abs(np.nan_to_num(layer.auc[neuron], nan=0.5) - 0.5)
    best = int(far.argmax())
    if not np.isfinite(layer.auc[neuron]).any():
        return None
    return {
        "part": tuple(PARTS)[best],
        "area": round(float(layer.auc[neuron, best]), 6),
        "p": round(float(layer.p[neuron, best]), 6),
        "found": bool(layer.detects[neuron, best]),
    }


def text_of(array: NDArray[Any]) -> str:
    """The bytes of an array in base64."""
    return base64.b64encode(array.tobytes()).decode()
