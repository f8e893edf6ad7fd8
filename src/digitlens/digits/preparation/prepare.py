"""One picture becomes the numbers that a network sees, in stages that can be looked at.

decoded   grey, the right way up                                   (rows, columns), uint8 0..255 or float64 0..1
ink       what was written, from 0 (nothing) to 1 (full ink)       float64; a part of the picture, perhaps reduced
cropped   the box that holds all ink
scaled    its longest side is 20 pixels
centred   its centre of mass at pixel index 14 of 28×28            (28, 28) float32
...       one stage for each adjusting step                        (28, 28) float32

The first two belong to the picture, the next three are framing (LeCun et al. 1998), the rest is adjusting. A network
is read behind the same adjusting steps that it was trained behind.

A network whose images were not made like MNIST's (letters of 20×24, clothes that fill their 28×28) is not handed framed
pictures. For it there is, in place of those three,

fitted    the whole picture laid onto the size that is wanted      (rows, columns) float32

Where such a network has learned from dark writing on light paper, the fitted picture is made dark on light as well. A
picture that has this size already is taken as it is, without looking for ink: black is nothing, white full ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE, shape_name
from digitlens.digits.preparation import adjusting as adjusting_steps
from digitlens.digits.preparation.circles import without_circles
from digitlens.digits.preparation.decode import Decoded, decode
from digitlens.digits.preparation.fitting import fit
from digitlens.digits.preparation.framing import (
    FRAMING_VERSION,
    NOT_FRAMED,
    SIDE,
    Box,
    Image,
    Scaled,
    box_for_framing,
    box_of,
    corner_for,
    narrower,
    place,
    scaled,
)
from digitlens.digits.preparation.ink import PLAIN, Ink, Look, find_ink
from digitlens.digits.preparation.sheet import sheet_of_digit
from digitlens.errors import ShapeError

LEAST_SIDE = 5  # pixels: ink whose longest side is shorter is a dot
MOST_INK = 0.25  # of a sheet: more is not the writing of one digit

# Shares of real digits that look less like one, as a Familiarity gives them:
TEXTURE = 0.005  # what hardly stands out from textured paper, and is less familiar, is the texture
UNFAMILIAR = 0.0125  # a digit that fills its frame, and is less familiar, may have been stretched to fill it ...
STRETCHED = 0.03  # ... and was, if it is at least so familiar once it is narrowed
FILLED = 0.9  # of a picture's rows and columns: ink that reaches over so many fills it
SQUARE = 0.7, 1.4  # columns to rows of a picture that a digit may have been stretched to fill
NARROWED = 0.4  # how wide it is then made: a 1 is so much narrower than a square

Familiar = Callable[[NDArray[np.float32]], float]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of the way: what the picture looks like after it, by which numbers, and why."""

    name: str  # "decoded", "ink", "cropped", "scaled", "centred", "fitted", or the name of an adjusting step
    image: NDArray[Any]  # (rows, columns); decoded: grey, uint8 0..255 or float 0..1; all others: ink 0..1
    parameters: Mapping[str, float]  # plain numbers: a box, a factor, a level
    reason: str  # one sentence for a newcomer

    def __repr__(self) -> str:
        return f"<Stage {self.name}: {self.reason}>"

    def __reduce__(self) -> tuple[Callable[..., Stage], tuple[Any, ...]]:
        """So that a Reading may come from another process, where several read a pile of pictures."""
        return _stage, (self.name, self.image, dict(self.parameters), self.reason)


def _stage(name: str, image: NDArray[Any], parameters: Mapping[str, float], reason: str) -> Stage:
    return Stage(name, image, MappingProxyType(parameters), reason)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture as the network sees it, with every stage on the way there."""

    image: NDArray[np.float32]  # (rows, columns), ink 0..1: what the network sees; 28×28 for digits
    stages: tuple[Stage, ...]  # each step of the way, from "decoded" on
    ink_found: bool  # False: nothing was written, or too little to be read; the image is then empty

    def __repr__(self) -> str:
        return f"<Prepared: {', '.join(stage.name for stage in self.stages)}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        rows = [[one.name, "×".join(map(str, one.image.shape)), one.reason] for one in self.stages]
        return block("How the picture was prepared", table(["step", "rows × columns", "what was done"], rows))


def prepare(
    picture: Any,
    adjusting: Sequence[str] = (),
    frame: bool = True,
    shape: tuple[int, int] = DIGIT_SHAPE,
    dark_on_light: bool = False,
    familiar: Familiar | None = None,
    framing: int = FRAMING_VERSION,
) -> Prepared:
    """Bring any picture into the form that MNIST's digits have, or onto another size.

    picture: what decode() takes: a path, the bytes of a picture file, an array, ... or a Decoded; a picture in which
    nothing can be found is an answer (`ink_found` is False), not an error. adjusting: names of adjusting.STEPS.
    frame=False: the picture is ink of the right size already (0 nothing, full white full ink), so only the adjusting
    steps are made. shape: the rows and columns wanted; only 28×28 is framed, see the top of this file, and that not
    either with framing=NOT_FRAMED.
    dark_on_light: what is fitted is to have paper that is 1 and ink that is 0. familiar: how much a framed picture,
    (28, 28), looks like a digit: where a picture can be looked at in more than one way, the most familiar result is
    kept; without it, the likeliest way is.

    Raises FileError, PictureError or ShapeError where there is no picture, UsageError for an unknown adjusting step.

    >>> page = np.full((600, 800), 255, np.uint8); page[100:500, 300:340] = 0      # a large 1 on white paper
    >>> for stage in prepare(page).stages: print(stage.name, stage.image.shape, stage.reason)
    decoded (600, 800) an array of 800×600 pixels
    ink (600, 256) dark ink on light paper
    cropped (400, 40) the ink fills 40×400 pixels, 300 from the left and 100 from the top
    scaled (20, 2) the longest side becomes 20 pixels, as in MNIST: 20 times smaller
    centred (28, 28) the centre of mass is moved to the middle, as in MNIST
    """
    adjusting_steps.check(adjusting)
    decoded = decode(picture, shape)
    stages = [_decoded(decoded)]
    framed = shape == DIGIT_SHAPE and framing != NOT_FRAMED
    if not frame:
        stages.append(_as_given(decoded, shape, framed))
    else:
        stages += _framed(decoded, familiar) if framed else _fitted(decoded, shape, dark_on_light)
    found = stages[-1].name in ("centred", "fitted")
    image = stages[-1].image if found else np.zeros(shape, np.float32)
    for name in adjusting if found else ():
        image = adjusting_steps.adjust(image[None], [name])[0]
        stages.append(Stage(name, image, _frozen(), adjusting_steps.REASONS[name]))
    return Prepared(image, tuple(stages), found)


def _frozen(**numbers: float) -> Mapping[str, float]:
    return MappingProxyType(numbers)


def _decoded(decoded: Decoded) -> Stage:
    rows, columns = decoded.size
    article = "an" if decoded.source == "array" else "a"
    reason = f"{article} {decoded.source} of {columns}×{rows} pixels"
    numbers: dict[str, float] = {"rows": rows, "columns": columns}
    if decoded.reduction != 1:
        numbers["reduction"] = decoded.reduction
        reason += f", looked at {decoded.reduction} times reduced"
    if decoded.orientation != 1:
        numbers["orientation"] = decoded.orientation
        reason += ", turned the way the camera was held"
    if decoded.backdrop >= 0:
        numbers["backdrop"] = decoded.backdrop
        reason += f", transparent, so put on {'white' if decoded.backdrop else 'black'}"
    return Stage("decoded", decoded.grey, _frozen(**numbers), reason)


def _as_given(decoded: Decoded, shape: tuple[int, int], framed: bool) -> Stage:
    """Ink as it is: the last stage of a picture that is framed already, or has the size that is wanted."""
    grey = decoded.grey
    if grey.shape != shape:
        wanted = shape_name(shape)
        raise ShapeError(f"prepare(frame=False) wants a picture of {wanted} pixels, got {grey.shape}; use frame=True")
    image = (grey / 255.0 if grey.dtype == np.uint8 else grey).astype(np.float32)
    if framed:
        return Stage("centred", image, _frozen(), "taken as it is: it is said to be framed like MNIST already")
    return Stage("fitted", image, _frozen(), f"taken as it is: it has {shape_name(shape)} pixels already")


def _fitted(decoded: Decoded, shape: tuple[int, int], dark_on_light: bool) -> list[Stage]:
    """The whole picture on another size; only the ink (none of it) where there is too little."""
    if decoded.grey.shape == shape and decoded.grey.any():
        return [_as_given(decoded, shape, framed=False)]
    found, box, nothing = _ink(decoded, box_of)
    if found is None or box is None:
        return nothing
    rows, columns = decoded.grey.shape
    image = fit(found, (rows, columns), shape).astype(np.float32)
    reason = f"the whole picture is laid onto {shape_name(shape)} pixels, each the mean of what it covers"
    if dark_on_light:
        image, reason = 1 - image, f"{reason}; dark on light, as the network has learned it"
    return [_inked(found, _paper(found)), Stage("fitted", image, _frozen(rows=shape[0], columns=shape[1]), reason)]


def _ink(
    decoded: Decoded, box_for: Callable[[Image], Box | None], look: Look = PLAIN, faint: bool = False
) -> tuple[Ink | None, Box | None, list[Stage]]:
    """The ink, and the box that counts as its own; or else the stage that says why there is too little."""
    found = find_ink(decoded.grey, look, faint)
    box = box_for(found.ink) if found else None
    if found is None or box is None:
        reason = "nothing is written here: all of it looks like paper"
        return None, None, [Stage("ink", np.broadcast_to(0.0, decoded.grey.shape), _frozen(), reason)]
    longest = max(box.rows, box.columns) * found.reduction * decoded.reduction
    if longest < LEAST_SIDE:
        reason = f"too little ink: {longest} pixel{'s'[: longest - 1]}, at least {LEAST_SIDE} are wanted"
        return None, None, [_inked(found, reason)]
    return found, box, []


def _framed(decoded: Decoded, familiar: Familiar | None) -> list[Stage]:
    """Ink, cropped, scaled and centred; only the ink (none of it) where there is too little."""
    ways = _on_sheet(decoded)
    if familiar is None and ways:
        return ways[0]
    found, box, nothing = _ink(decoded, box_for_framing)
    faint = found is None and not ways and familiar is not None
    if faint:
        found, box, _ = _ink(decoded, box_for_framing, faint=True)
    if found is None or box is None:
        return ways[0] if ways else nothing
    ways += _with_and_without_circle(decoded, found, box)
    if familiar is None:
        return ways[0]
    for look in found.others:
        found, box, _ = _ink(decoded, box_for_framing, look, faint)
        if found is not None and box is not None:
            ways += _with_and_without_circle(decoded, found, box)
    if len(ways) == 1 and not faint and not _fills(decoded, ways[0]):
        return ways[0]
    shares = [familiar(stages[-1].image) for stages in ways]
    most = max(shares)
    best = ways[shares.index(most)]
    if faint and most < TEXTURE:
        return nothing
    if most < UNFAMILIAR and _fills(decoded, best):
        step = int(best[0].parameters["reduction"]) * decoded.reduction
        narrowed = [*best[:2], *_sized(decoded, best[1], step, NARROWED)]
        if familiar(narrowed[-1].image) >= STRETCHED:
            return narrowed
    return best


def _fills(decoded: Decoded, stages: list[Stage]) -> bool:
    """Whether the ink fills a picture that is about as wide as high, so that a digit may have been stretched to it."""
    rows, columns = decoded.size
    cropped = stages[1].parameters
    filled = cropped["rows"] >= FILLED * rows and cropped["columns"] >= FILLED * columns
    return filled and SQUARE[0] <= columns / rows <= SQUARE[1]


def _on_sheet(decoded: Decoded) -> list[list[Stage]]:
    """Ways to look at the sheet alone, where the picture shows one on something else; the likeliest first."""
    sheet = sheet_of_digit(decoded.grey)
    if sheet is None:
        return []
    grey, place = sheet
    first = find_ink(grey)
    if first is None:
        return []
    ways = []
    for found in (first, *(find_ink(grey, look) for look in first.others)):
        box = box_for_framing(found.ink) if found else None
        if found is None or box is None or not _is_on(place, found, box):
            continue
        region = found.region._replace(top=found.region.top + place.top, left=found.region.left + place.left)
        found = replace(found, region=region)
        ways += _with_and_without_circle(decoded, found, box, "; what is around the sheet is left out")
    return ways


def _is_on(sheet: Box, found: Ink, box: Box) -> bool:
    """Whether ink is writing on a sheet, and not the paper within a thick 0 that was taken for one."""
    rows, columns = box.rows * found.reduction, box.columns * found.reduction
    most = found.ink.sum() * found.reduction**2 <= MOST_INK * sheet.rows * sheet.columns
    return bool(most) and max(rows, columns) >= LEAST_SIDE and rows < sheet.rows and columns < sheet.columns


def _with_and_without_circle(decoded: Decoded, found: Ink, box: Box, without: str = "") -> list[list[Stage]]:
    """How the picture looks without a circle around its digit, where there is one, and as it is."""
    as_it_is = _framing(decoded, found, box, without)
    ink = without_circles(found.ink)
    inner = None if ink is found.ink else box_for_framing(ink)
    if inner is None:
        return [as_it_is]
    circle = "; a circle around the digit is left out"
    return [_framing(decoded, replace(found, ink=ink), inner, without + circle), as_it_is]


def _framing(decoded: Decoded, found: Ink, box: Box, without: str = "") -> list[Stage]:
    """The ink, and the three stages from its box to 28×28. without: what was left out."""
    step = found.reduction * decoded.reduction
    top = found.region.top * decoded.reduction + box.top * step
    left = found.region.left * decoded.reduction + box.left * step
    cropped = Stage(
        "cropped",
        box.cut(found.ink),
        _frozen(top=top, left=left, rows=box.rows * step, columns=box.columns * step),
        f"the ink fills {box.columns * step}×{box.rows * step} pixels, {left} from the left and {top} from the top",
    )
    return [_inked(found, _paper(found) + without), cropped, *_sized(decoded, cropped, step)]


def _sized(decoded: Decoded, cropped: Stage, step: int, narrowed: float = 1.0) -> list[Stage]:
    """The stages from cropped ink to 28×28. step: how many pixels of the picture one of the ink is wide and high.

    narrowed: how much narrower the ink is made first; 1.0 leaves it as it is.
    """
    ink: Image = cropped.image if narrowed == 1.0 else narrower(cropped.image, narrowed)
    size = scaled(ink)
    reduced = size.scale / step
    corner = corner_for(size.ink)
    at = int(cropped.parameters["top"]), int(cropped.parameters["left"])
    untouched = size.ink is ink and narrowed == 1.0
    framed_already = untouched and at == corner and decoded.grey.shape == (SIDE, SIDE)
    return [
        Stage(
            "scaled",
            size.ink,
            _frozen(scale=reduced, gain=size.gain, drawn=size.drawn, pen=size.pen, narrowed=narrowed),
            _size_reason(size, reduced, narrowed),
        ),
        Stage(
            "centred",
            place(size.ink, corner).astype(np.float32),
            _frozen(top=corner[0], left=corner[1]),
            "already framed like MNIST" if framed_already else "the centre of mass is moved to the middle, as in MNIST",
        ),
    ]


def _size_reason(size: Scaled, reduced: float, narrowed: float) -> str:
    """What scaling did: to the size, to pale strokes, and to the pen; reduced: in pixels of the picture."""
    said = "it has the size of MNIST's digits already"
    if reduced != 1.0:
        change = f"{1 / reduced:.3g} times smaller" if reduced < 1 else f"{reduced:.3g} times larger"
        said = f"the longest side becomes 20 pixels, as in MNIST: {change}"
    if size.gain > 1.0:
        said += ", and thin strokes are strengthened"
    if size.pen != size.drawn:
        said += f", and the pen is made {'wider' if size.pen > size.drawn else 'narrower'}"
    if narrowed != 1.0:
        said += "; it is made narrower first, for it looks stretched to fill the picture"
    return said


def _paper(found: Ink) -> str:
    light = "" if found.flat else ", whose uneven light was taken out"
    smoothed = ", and whose texture was smoothed" if found.look.blur else ""
    sure = "; the reverse looks less like a digit" if found.look.reversed else ""
    return f"{'dark ink on light' if found.dark else 'light ink on dark'} paper{light}{smoothed}{sure}"


def _inked(found: Ink, reason: str) -> Stage:
    region = found.region._asdict()
    return Stage(
        "ink",
        found.ink,
        _frozen(**region, reduction=found.reduction, paper=found.paper, contrast=found.contrast, grain=found.grain),
        reason,
    )
