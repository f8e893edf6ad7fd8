"""One picture becomes 784 numbers, in stages that can be looked at.

decoded -> ink -> cropped -> scaled -> centred -> one stage for each adjusting step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits import adjusting as adjusting_steps
from digitlens.digits.decode import decode
from digitlens.digits.framing import SIDE, box_of, corner_for, place, resample, scale_for
from digitlens.digits.ink import find_ink

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of the way: what the picture looks like after it, by which numbers, and why."""

    name: str  # "decoded", "ink", "cropped", "scaled", "centred", or the name of an adjusting step
    image: NDArray[Any]  # (rows, columns); decoded: grey, uint8 or float 0..1; all others: ink 0..1
    parameters: Mapping[str, float]  # plain numbers: a box, a factor, an angle
    reason: str  # one sentence for a newcomer


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture on its way into the network, with every stage of that way."""

    image: NDArray[np.float32]  # (28, 28), ink 0..1: what the network sees
    stages: tuple[Stage, ...]
    ink_found: bool  # False: nothing was written, or too little to be read; the image is then empty

    @property
    def too_little_ink(self) -> bool:
        """There is nothing here to be read."""
        return not self.ink_found


def prepare(
    picture: str | Path | bytes | NDArray[Any] | PillowImage, adjusting: Sequence[str] = (), frame: bool = True
) -> Prepared:
    """Bring any picture into the form that MNIST's digits have."""
    adjusting_steps.check(adjusting)
    grey = decode(picture)
    stages = [Stage("decoded", grey, {"rows": grey.shape[0], "columns": grey.shape[1]}, "the picture in grey")]
    found = find_ink(grey)
    if found is None:
        stages.append(Stage("ink", np.zeros(grey.shape), {}, "nothing is written here"))
        return Prepared(np.zeros((SIDE, SIDE), np.float32), tuple(stages), False)
    stages.append(Stage("ink", found.ink, {}, "dark ink on light paper"))
    box = box_of(found.ink)
    assert box is not None
    cropped = box.cut(found.ink)
    stages.append(Stage("cropped", cropped, box._asdict(), "cropped"))
    small = resample(cropped, scale_for(max(cropped.shape)))
    stages.append(Stage("scaled", small, {"scale": scale_for(max(cropped.shape))}, "scaled"))
    corner = corner_for(small)
    image = place(small, corner).astype(np.float32)
    stages.append(Stage("centred", image, {"top": corner[0], "left": corner[1]}, "centred"))
    for name in adjusting:
        image = adjusting_steps.adjust(image[None], [name])[0]
        stages.append(Stage(name, image, {}, name))
    return Prepared(image, tuple(stages), True)
