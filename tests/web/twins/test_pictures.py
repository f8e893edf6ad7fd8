"""A grey picture of any size becomes the same 784 numbers in the page and in Python, stage by stage."""

from __future__ import annotations

import base64
import functools
import io
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.digits import surroundings
from tests.digits.hard_paper import filling, nothing, pictures, stretched, textured
from tests.golden.test_pictures import GREYS, grey_of
from tests.web.twins.node import ask, base64_of, file_of, floats, in_float64, near

import digitlens
from digitlens.digits.dataset import shape_name
from digitlens.digits.preparation.decode import from_bytes
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.digits.preparation.ink import running_mean
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.sources.mnist import load_mnist
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.network.activations import sigmoid
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader

VIDEO = digitlens.load("video")
EXACT = in_float64(VIDEO.network)


def described(greys: list[np.ndarray]) -> list[dict[str, Any]]:
    return [{"rows": len(grey), "columns": len(grey[0]), "grey": base64_of(grey)} for grey in greys]


@functools.cache
def golden_answers() -> dict[str, Any]:
    got = ask("ink", pictures=described([grey_of(wanted) for wanted in GREYS.values()]))
    return dict(zip(GREYS, got, strict=True))


@pytest.mark.parametrize("name", GREYS)
def test_the_golden_pictures_come_out_golden(name: str) -> None:
    got, wanted = golden_answers()[name], GREYS[name]
    for part in ("region", "reduction", "dark", "flat", "others"):
        assert got[part] == wanted[part], part
    for part in ("levels", "framed", "straightened", "resized"):
        near(got[part], wanted[part], part)


def test_the_comparison_can_fail() -> None:
    name = next(iter(GREYS))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        near(golden_answers()[name]["framed"], np.array(GREYS[name]["framed"]) + 2e-9 * (np.arange(784) == 400))


def digits(count: int) -> list[np.ndarray]:
    """Ink of digits, 28×28, 0..1: real ones where they are, else our own pen's."""
    if os.environ.get("DIGITLENS_DATA"):
        return list(load_mnist(os.environ["DIGITLENS_DATA"]).test.images[:count] / 255.0)
    return list(pen_digits(count, seed=1).digits.images / 255.0)


def as_paper(ink: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """A digit on paper of another size, kind and light, as files and cameras bring it: uint8."""
    scale = [1, 2, 3, 4, 7][number % 5]
    large = np.kron(ink, np.ones((scale, scale)))
    if number % 3:
        large = running_mean(large, scale // 2)
    rows, columns = (int(n) for n in rng.integers(0, 30, 2) + large.shape)
    page = np.zeros((rows, columns))
    top, left = (int(rng.integers(0, n - m + 1)) for n, m in zip(page.shape, large.shape, strict=True))
    page[top : top + len(large), left : left + len(large[0])] = large
    kind = number % 4
    if kind == 0:  # light on dark, as MNIST's own
        grey = 255 * page
    elif kind == 1:  # clean, dark on light
        grey = 255 - rng.uniform(80, 255) * page
    elif kind == 2:  # what compression leaves around strokes
        grey = 255 - 230 * page - rng.integers(0, 9, page.shape) * (running_mean(page, 2) > 0)
    else:  # photographed
        light = np.add.outer(np.linspace(*rng.normal(0, 25, 2), rows), np.linspace(*rng.normal(0, 25, 2), columns))
        grey = 180 + light - rng.uniform(60, 130) * page + rng.normal(0, 3, page.shape)
    return np.rint(grey).clip(0, 255).astype(np.uint8)


def oddities(rng: np.random.Generator) -> list[np.ndarray]:
    """Pictures in which there is nothing, too little, or too much."""
    white = np.full((60, 80), 255, np.uint8)
    dot, thin, scan = white.copy(), white.copy(), np.where(rng.random((40, 40)) < 0.45, 0, 255).astype(np.uint8)
    dot[10:13, 20:23] = 0
    thin[5:55, 40] = 0
    noise = rng.integers(0, 256, (50, 70)).astype(np.uint8)
    one = [np.full(shape, level, np.uint8) for shape, level in (((1, 1), 7), ((1, 9), 0), ((28, 28), 0))]
    strokes = [np.array([[300.0, 200.0], [900.0, 210.0], [500.0, 1000.0]])]
    large = 255 - 200 * ink_strokes(strokes, (1100, 1400), 22.0)
    uneven = (
        large - np.add.outer(np.linspace(0, 60, 1100), np.linspace(0, 30, 1400)) * 0.5 + rng.normal(0, 2, large.shape)
    )
    lines = white.copy()
    lines[2:4], lines[20:45, 38:42] = 90, 0
    grainy = (lines - rng.integers(0, 12, lines.shape)).astype(np.uint8)
    edge = grainy.copy()
    edge[8:10] = 60  # a line between a tenth and a fifth of the way in
    even = white.copy()
    even[20:40, 30:32], even[5, 5:25] = 100, 250  # half as many faint pixels as strong ones: not yet grain
    shaded = np.tile(np.linspace(90, 250, 64).astype(np.uint8), (48, 1))
    more = [np.rint(page).clip(0, 255).astype(np.uint8) for page in (large, uneven)]
    return [white, dot, thin, scan, noise, lines, grainy, edge, even, shaded, *one, *more]


@functools.cache
def greys() -> list[np.ndarray]:
    rng = np.random.default_rng(12)
    return [as_paper(ink, i, rng) for i, ink in enumerate(digits(200))] + oddities(rng)


WAYS = {"as they are": [], "straightened": ["straighten"], "one size": ["straighten", "resize"]}


@pytest.mark.parametrize("adjusting", WAYS.values(), ids=WAYS)
def test_grey_pictures_of_any_size_and_light_are_prepared_and_read_as_in_python(adjusting: list[str]) -> None:
    some = greys()
    got = ask("greys", network=file_of(VIDEO), pictures=described(some), adjusting=adjusting)
    assert sum(one["inkFound"] for one in got) > 180
    assert sum(not one["inkFound"] for one in got) > 3
    for number, (grey, one) in enumerate(zip(some, got, strict=True)):
        wanted = prepare(grey, adjusting)
        assert one["names"] == [stage.name for stage in wanted.stages], number
        assert one["inkFound"] == wanted.ink_found, number
        near(one["image"], wanted.image, f"picture {number}")
        for stage, other in zip(one["stages"], wanted.stages, strict=True):
            assert (stage["rows"], stage["columns"]) == other.image.shape, number
            near(stage["image"], other.image, f"picture {number}, {other.name}")
            assert stage["parameters"].keys() == other.parameters.keys(), number
            near(list(stage["parameters"].values()), list(other.parameters.values()), f"picture {number}, {other.name}")
            assert stage["reason"] == other.reason.replace("an array of", "a picture of"), number
        trace = EXACT.forward(wanted.image.reshape(1, 784).astype(float))[0]
        near(one["a"][-1], trace.a[-1], f"picture {number}")


def test_pictures_that_can_be_looked_at_in_several_ways_are_prepared_as_in_python() -> None:
    some = [picture for kind in (textured, filling) for _, picture in pictures(kind, 25, seed=8)]
    some += [picture for _, picture in pictures(stretched, 40, seed=9)]
    rng = np.random.default_rng(8)
    some += [nothing(rng) for _ in range(25)]
    some.append(np.repeat(np.repeat(some[0], 5, axis=0), 5, axis=1))  # larger than what is smoothed
    reader = digitlens.load("reader")
    assert reader.familiarity
    got = ask("greys", network=file_of(reader), pictures=described(some), adjusting=[])
    for number, (grey, one) in enumerate(zip(some, got, strict=True)):
        wanted = prepare(grey, familiar=reader.familiarity.of_one)
        near(one["image"], wanted.image, f"picture {number}")
        for stage, other in zip(one["stages"], wanted.stages, strict=True):
            assert stage["reason"] == other.reason.replace("an array of", "a picture of"), number
        assert one["inkFound"] == wanted.ink_found, number
    for part in ("looks less like", "looks stretched", "nothing is written"):
        assert {stage["reason"].count(part) for one in got for stage in one["stages"]} == {0, 1}


@pytest.mark.parametrize("network", ["reader", "video"])
def test_what_is_around_a_digit_is_left_out_as_in_python(network: str) -> None:
    some = [picture for kind in surroundings.KINDS for _, picture in surroundings.pictures(kind, 12, seed=9)]
    bar, zero = np.full((90, 80), 230, np.uint8), np.full((90, 80), 230, np.uint8)
    bar[15:75, 30:50] = zero[15:75, 20:60] = 20  # taken for sheets, if there were writing on them
    zero[28:62, 32:48] = 230
    large = np.repeat(np.repeat(some[0], 4, axis=0), 4, axis=1)
    reader = digitlens.load(network)
    familiar = reader.familiarity.of_one if reader.familiarity else None
    some += [bar, zero, large]
    got = ask("greys", network=file_of(reader), pictures=described(some), adjusting=[])
    for number, (grey, one) in enumerate(zip(some, got, strict=True)):
        wanted = prepare(grey, familiar=familiar)
        near(one["image"], wanted.image, f"picture {number}")
        for stage, other in zip(one["stages"], wanted.stages, strict=True):
            assert stage["reason"] == other.reason.replace("an array of", "a picture of"), number
            near(list(stage["parameters"].values()), list(other.parameters.values()), f"picture {number}, {other.name}")
    said = [one["stages"][1]["reason"] for one in got]
    assert sum("around the sheet" in reason for reason in said) >= 18
    assert sum("a circle" in reason for reason in said) >= 10


@pytest.mark.parametrize("dark_on_light", [False, True], ids=["light on dark", "dark on light"])
@pytest.mark.parametrize("shape", [(20, 24), (64, 9), (28, 29), (28, 28)], ids=shape_name)
def test_pictures_are_fitted_to_another_size_as_in_python(shape: tuple[int, int], dark_on_light: bool) -> None:
    reader = fitted_reader(shape, dark_on_light)
    some = [*greys()[::7], np.full(shape, 200, np.uint8), np.zeros(shape, np.uint8)]
    adjusting = ["straighten", "resize"]
    got = ask("greys", network=file_of(reader), pictures=described(some), adjusting=adjusting)
    for number, (grey, one) in enumerate(zip(some, got, strict=True)):
        wanted = prepare(grey, adjusting, shape=shape, dark_on_light=dark_on_light, framing=NOT_FRAMED)
        assert one["names"] == [stage.name for stage in wanted.stages], number
        assert one["inkFound"] == wanted.ink_found, number
        near(one["image"], wanted.image, f"picture {number}")
        for stage, other in zip(one["stages"], wanted.stages, strict=True):
            near(stage["image"], other.image, f"picture {number}, {other.name}")
            assert stage["reason"] == other.reason.replace("an array of", "a picture of"), number


def fitted_reader(shape: tuple[int, int], dark_on_light: bool) -> Reader:
    """A reader of two classes of such images."""
    layers = (Layer(np.ones((2, shape[0] * shape[1]), np.float32), np.zeros(2, np.float32)),)
    about = {"image_shape": shape, "framing": NOT_FRAMED, "dark_on_light": dark_on_light}
    return Reader(Network(layers, (sigmoid,)), "fitted", classes=("a", "b"), **about)


def colours(rng: np.random.Generator) -> list[np.ndarray]:
    """Pictures of four channels: in all colours, transparent in every way, (rows, columns, 4) uint8."""
    full = rng.integers(0, 256, (64, 90, 4)).astype(np.uint8)
    opaque, inked, light = full.copy(), np.zeros((30, 20, 4), np.uint8), np.zeros((30, 20, 4), np.uint8)
    opaque[..., 3] = 255
    inked[5:25, 8:11, 3] = 255
    light[5:25, 8:11] = 255
    both = np.full((30, 20, 4), 255, np.uint8)
    both[5:25, 8:11, :3], both[:2, :, 3] = 0, 0
    soft = inked.copy()
    soft[5:25, 11, 3] = 100
    card = np.full((40, 700, 4), (200, 60, 60, 255), np.uint8)  # as bright as the pen, and larger than the sample
    card[5:25, 80:340, :3] = 20, 135, 60
    return [card, full, opaque, inked, light, both, soft, np.zeros((3, 3, 4), np.uint8)]


def test_colours_and_transparency_become_grey_as_in_python() -> None:
    some = colours(np.random.default_rng(2))
    tasks = [{"rows": len(rgba), "columns": len(rgba[0]), "data": base64_of(rgba)} for rgba in some]
    for number, (rgba, got) in enumerate(zip(some, ask("colours", pictures=tasks), strict=True)):
        file = io.BytesIO()
        Image.fromarray(rgba, "RGBA").save(file, "PNG")
        wanted = from_bytes(file.getvalue())
        assert base64.b64decode(got["grey"]) == wanted.grey.tobytes(), number
        assert got["backdrop"] == wanted.backdrop, number


def test_a_drawing_of_a_program_is_framed_the_same_whether_it_came_as_strokes_or_not() -> None:
    """What is left between the two ways is the pen: one is inked again, the other shrunk with the drawing."""
    stroke = np.array([[60.0, 40.0], [140.0, 40.0], [90.0, 180.0]])
    page = np.rint(255 * (1 - ink_strokes([stroke], (220, 200), 9.0))).astype(np.uint8)
    (picture,) = ask("greys", network=file_of(VIDEO), pictures=described([page]), adjusting=[])
    drawn = ask(
        "read", network=file_of(VIDEO), strokes=[(stroke * 28 / 220).tolist()], base=None, prepare=True, adjusting=[]
    )
    assert np.abs(picture["image"] - drawn["image"]).mean() < 0.03
    blank = ask("read", network=file_of(VIDEO), strokes=[], base=floats(picture["image"]), prepare=True, adjusting=[])
    near(blank["image"], picture["image"])
