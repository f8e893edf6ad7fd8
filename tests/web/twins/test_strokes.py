"""A drawing becomes the same 784 numbers, and is read the same, in the page and in Python."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pytest
from tests.golden import pictures
from tests.web.twins.node import ask, file_of, floats, in_float64, near

import digitlens
from digitlens.digits.preparation.adjusting import straighten
from digitlens.digits.preparation.strokes import frame_strokes, ink_strokes
from digitlens.digits.synthetic.pen.hand import PAD
from digitlens.digits.synthetic.pen.writer import pen_digits

VIDEO = digitlens.load("video")
EXACT = in_float64(VIDEO.network)
GOLDEN: dict[str, Any] = json.loads(pictures.FILE.read_text())

Drawing = list[list[list[float]]]


def written(count: int) -> list[Drawing]:
    """Drawings of our own pen model, in pad units as the page keeps them."""
    return [[(stroke * (28 / PAD)).tolist() for stroke in strokes] for strokes in pen_digits(count, seed=4).strokes]


def odd_ones(rng: np.random.Generator) -> list[Drawing]:
    """Drawings as people make them when they try what a page can do."""
    dot, twice = [[[9.25, 11.5]]], [[[3.0, 4.0], [3.0, 4.0]]]
    line = [[[2.0, 14.0], [26.0, 14.0]]]
    off = [[[-30.0, 5.0], [60.0, 70.0]], [[10.0, 10.0]]]
    long = [np.cumsum(rng.normal(0, 0.4, (4000, 2)), axis=0) + 14]
    crumbs = [[point] for point in rng.uniform(0, 28, (40, 2)).tolist()]
    tiny = [[[14.0, 14.0], [14.0 + 1e-9, 14.0]]]
    nothing_but_rounding = [[[14.0, 14.0], [14.0 + 1e-13, 14.0]]]
    return [dot, twice, line, off, [stroke.tolist() for stroke in long], crumbs, tiny, nothing_but_rounding]


@functools.cache
def drawings() -> tuple[list[Drawing], np.ndarray]:
    """A thousand and more drawings, some enlarged, moved, or put together, each with a pen of its own: (n,) radii."""
    rng = np.random.default_rng(8)
    some = written(1000)
    for i in range(300):
        size, place = np.exp(rng.normal(0, 0.8)), rng.normal(0, 9, 2)
        some[i] = [(np.array(stroke) * size + place).tolist() for stroke in some[i]]
    for i in range(300, 350):
        some[i] = some[i] + some[i + 50]
    some += odd_ones(rng)
    return some, np.where(np.arange(len(some)) % 3, 1.2, rng.uniform(0.4, 2.4, len(some)))


@functools.cache
def answers() -> Any:
    some, radii = drawings()
    return ask("drawings", network=file_of(VIDEO), drawings=some, radii=radii.tolist(), adjusting=["straighten"])


def test_a_thousand_drawings_are_framed_inked_and_read_as_in_python() -> None:
    some, radii = drawings()
    assert len(some) > 1000
    for strokes, radius, got in zip(some, radii, answers(), strict=True):
        arrays = [np.array(stroke) for stroke in strokes]
        framed = frame_strokes(arrays, radius)
        near([got["scale"], *got["shift"]], [framed.scale, *framed.shift], "frame")
        near(got["framed"], np.concatenate(framed.strokes), "strokes")
        near(got["centred"], framed.ink(), "centred")
        image = straighten(framed.ink()[None])
        near(got["image"], image, "straightened")
        near(got["raw"], ink_strokes(arrays, (28, 28), radius), "inked where it was drawn")
        trace = EXACT.forward(image.reshape(1, 784))[0]
        for l in range(3):
            near(got["z"][l], trace.z[l], "z")
            near(got["a"][l], trace.a[l + 1], "a")
        assert got["digit"] == trace.a[-1].argmax()
        assert got["inkFound"]
        assert got["names"] == ["strokes", "cropped", "scaled", "centred", "straighten"]


def test_the_comparison_can_fail() -> None:
    some, radii = drawings()
    got = answers()[0]
    thicker = frame_strokes([np.array(stroke) for stroke in some[0]], radii[0] + 1e-6)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        near(got["centred"], thicker.ink())


@pytest.mark.parametrize("number", range(len(GOLDEN["drawings"])))
def test_the_golden_drawings_come_out_golden(number: int) -> None:
    wanted = GOLDEN["drawings"][number]
    one = {"drawings": [wanted["strokes"]], "radii": [wanted["radius"]]}
    (got,) = ask("drawings", network=file_of(VIDEO), adjusting=[], **one)
    near([got["scale"], *got["shift"]], [wanted["scale"], *wanted["shift"]])
    near(got["image"], wanted["ink"])


def read(
    strokes: Drawing, base: np.ndarray | None = None, prepare: bool = True, adjusting: tuple[str, ...] = ()
) -> Any:
    return ask(
        "read", network=file_of(VIDEO), strokes=strokes, base=None if base is None else floats(base),
        prepare=prepare, adjusting=list(adjusting),
    )  # fmt: skip


SEVEN = [[[4.0, 4.0], [12.0, 4.0], [6.0, 18.0]]]


def test_every_stage_has_a_picture_its_numbers_and_a_reason() -> None:
    got = read(SEVEN, adjusting=("straighten",))
    assert got["names"] == ["strokes", "cropped", "scaled", "centred", "straighten"]
    for stage in got["stages"]:
        assert stage["rows"] * stage["columns"] == stage["size"] == len(stage["image"])
        assert 0 <= stage["image"].min() < stage["image"].max() <= 1
        assert stage["reason"][0].islower()
        assert len(stage["reason"]) > 15
    _, cropped, scaled, centred, _ = got["stages"]
    wide = 2 * got["pen"]
    near([cropped["parameters"][k] for k in ("columns", "rows")], [8 + wide, 14 + wide])
    near(scaled["parameters"]["scale"], (20 - wide) / 14)
    assert max(scaled["rows"], scaled["columns"]) == 20
    assert (centred["image"].reshape(28, 28).max(axis=1) > 0).sum() in (21, 22)  # the box and half a pixel of rim
    assert "times larger" in scaled["reason"]


def test_no_strokes_are_no_ink_and_still_a_reading() -> None:
    got = read([])
    assert (got["inkFound"], got["names"]) == (False, ["strokes"])
    assert not got["image"].any()
    assert got["digit"] == EXACT.forward(np.zeros((1, 784))).a[-1].argmax()


def test_a_dot_keeps_its_size_and_is_read() -> None:
    got = read([[[3.0, 5.0]]])
    assert got["inkFound"]
    assert got["stages"][2]["parameters"] == {"scale": 1}
    assert got["stages"][2]["reason"] == "a dot has no size that could be changed"
    near(got["image"], ink_strokes([np.array([[14.5, 14.5]])], (28, 28), got["pen"]))


def test_without_preparation_a_drawing_stays_where_it_is() -> None:
    got = read(SEVEN, prepare=False, adjusting=("straighten",))
    assert got["names"] == ["strokes"]
    near(got["image"], ink_strokes([np.array(SEVEN[0])], (28, 28), got["pen"]))
    assert not read([[[90.0, 90.0]]], prepare=False)["inkFound"]


def test_strokes_over_a_picture_leave_the_darker_of_both() -> None:
    base = np.zeros((28, 28))
    base[4:24, 12:15] = 0.5
    drawn = ink_strokes([np.array(SEVEN[0])], (28, 28), read([])["pen"])
    both = np.maximum(base, drawn)
    got = read(SEVEN, base)
    near(got["image"], both)
    assert got["names"] == ["centred", "strokes"]
    near(read(SEVEN, base, prepare=False, adjusting=("straighten",))["image"], both)
    straight = straighten(both[None])
    near(read(SEVEN, base, adjusting=("straighten",))["image"], straight)
    alone = read([], base)
    near(alone["image"], base)
    assert (alone["inkFound"], alone["names"]) == (True, ["centred"])
    assert not read([], np.zeros((28, 28)))["inkFound"]


def test_the_pages_pen_is_as_wide_as_mnists() -> None:
    assert 1.0 <= read([])["pen"] <= 1.4
