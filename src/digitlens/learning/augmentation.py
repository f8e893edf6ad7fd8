"""Training images distorted in another way every epoch: which distortion each gets, the same for every engine.

The grids come from streams addressed by epoch and place in the order, 1,024 places a stream, so that a run goes on
from any mini-batch without drawing what came before.
"""

from __future__ import annotations

import numpy as np

from digitlens.digits.synthetic.distortions import AUGMENTATIONS, Grids
from digitlens.learning.recipe import Recipe

PLACES = 1_024  # of one stream


def grids(recipe: Recipe, epoch: int, first: int, last: int, shape: tuple[int, int]) -> Grids:
    """The grids for the places `first` to below `last` in the order of an epoch, (last - first, 2, 5, 5).

    shape: rows and columns of the images.
    """
    draw, begin = AUGMENTATIONS[recipe.augmentation], first // PLACES
    streams = [recipe.stream("augmentation", epoch, number) for number in range(begin, -(-last // PLACES))]
    drawn = np.concatenate([draw(stream, PLACES, shape) for stream in streams])
    return drawn[first - begin * PLACES : last - begin * PLACES]
