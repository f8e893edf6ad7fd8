"""A tab and Python frame pictures for the same networks: those whose images lie as framed ones do."""

from __future__ import annotations

import numpy as np
import pytest
from tests.clothes import NAMES, clothes
from tests.web.twins.test_train import ask

import digitlens as dl
from digitlens.digits.preparation.framing import FRAMING_VERSION, NOT_FRAMED, framing_of, lie_framed

LETTERS = tuple("abcdefghij")
PEN = dl.pen_digits(40).digits.images
CLOTHES = clothes(16, 1)[1]


def larger(images: np.ndarray) -> np.ndarray:
    """As EMNIST's are: the longest side has 24 pixels, and the box, not the mass, is in the middle."""
    return np.stack([np.asarray(as_emnist(image)) for image in images])


def as_emnist(image: np.ndarray) -> np.ndarray:
    from PIL import Image

    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    cut = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = 24 / max(cut.size)
    width, height = (max(1, round(scale * side)) for side in cut.size)
    made = Image.new("L", (28, 28))
    made.paste(cut.resize((width, height), Image.Resampling.BILINEAR), ((28 - width) // 2, (28 - height) // 2))
    return np.asarray(made)


EMPTY = np.zeros((4, 28, 28), np.uint8)
CASES = {
    "letters that were framed": (PEN, LETTERS, FRAMING_VERSION),
    "with some that are empty": (np.concatenate([EMPTY, PEN[:5]]), LETTERS, FRAMING_VERSION),
    "nothing but empty ones": (EMPTY, LETTERS, FRAMING_VERSION),
    "letters as EMNIST has them": (larger(PEN), LETTERS, NOT_FRAMED),
    "letters in a corner": (np.roll(PEN, 4, axis=2), LETTERS, NOT_FRAMED),
    "dark on light": (255 - PEN, LETTERS, NOT_FRAMED),
    "clothes": (CLOTHES, NAMES, NOT_FRAMED),
    "half of them clothes": (np.concatenate([PEN[:16], CLOTHES]), LETTERS, NOT_FRAMED),
    "digits, wherever they are": (np.roll(PEN, 4, axis=2), tuple("0123456789"), FRAMING_VERSION),
    "another size": (PEN[:, :, :27], LETTERS, NOT_FRAMED),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_framed_is_seen_in_the_images(name: str) -> None:
    images, classes, wanted = CASES[name]
    data = dl.data(images, np.arange(len(images)) % len(classes), names=classes, test=(images[:1], [0]))
    assert framing_of(data) == wanted


def test_a_tab_sees_it_as_python_does() -> None:
    calls = []
    for images, classes, _ in CASES.values():
        rows, columns = images.shape[1:]
        training = {"images": images.ravel().tolist(), "labels": [0] * len(images)}
        data = {"training": training, "rows": rows, "columns": columns}
        calls.append(["train/trained_network.js", "framingOf", data, classes])
    assert ask(*calls) == [wanted for _, _, wanted in CASES.values()]


def test_one_image_that_lies_otherwise_changes_nothing() -> None:
    assert lie_framed(np.concatenate([PEN, CLOTHES[:3]]))
    assert not lie_framed(np.concatenate([CLOTHES, PEN[:3]]))
