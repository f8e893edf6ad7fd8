"""What the tests of the laboratory share: dictionaries, which take a second to make, and a network with known parts."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.laboratory.dictionary import Dictionary, dictionary
from digitlens.laboratory.first_layer import inked_pixels
from digitlens.laboratory.planted_network import Planted, planted


@pytest.fixture(scope="session")
def middle() -> Dictionary:
    """Of sixteen rows and columns in the middle."""
    mask = np.zeros((28, 28), bool)
    mask[6:22, 6:22] = True
    return dictionary(mask.ravel())


@pytest.fixture(scope="session")
def known() -> Planted:
    """A network built by hand, and 600 pictures for it."""
    return planted(np.random.default_rng(0))


@pytest.fixture(scope="session")
def rings(known: Planted) -> Dictionary:
    """Of the pixels on which the pictures of that network have ink."""
    return dictionary(inked_pixels(known.images.reshape(-1, 784)))
