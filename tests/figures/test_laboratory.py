"""Figures of the laboratory: from plain arrays, with every number written where it belongs."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from digitlens.errors import ShapeError

pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "digitlens[figures]"')

from matplotlib.figure import Figure

from digitlens.figures.laboratory import areas, conditions, weights_and_parts
from digitlens.figures.theme import THEMES, to_png

RNG = np.random.default_rng(11)
WEIGHTS, PARTS = RNG.normal(size=(2, 10, 784))
SHARES = [j / 10 for j in range(10)]
VALUES = {"trained": np.array([0.5, 0.6]), "before training": np.array([0.3]), "shuffled": np.array([0.2, 0.3, 0.4])}
NAMES = ("a loop", "a long vertical stroke")
AUC = np.array([[0.5, 0.91], [0.07, np.nan], [0.66, 0.34]])


@pytest.fixture(autouse=True)
def _pyplot_is_never_needed() -> Iterator[None]:
    yield
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize("theme", list(THEMES))
def test_each_becomes_a_png_on_the_background_of_its_theme(theme: str) -> None:
    for drawn in (
        weights_and_parts(WEIGHTS[:2], PARTS[:2], SHARES[:2], theme=theme),
        conditions(VALUES, what="Explained", theme=theme),
        areas(AUC, NAMES, what="Within", theme=theme),
    ):
        with Image.open(io.BytesIO(to_png(drawn))) as image:
            picture = np.asarray(image.convert("RGB"))
        assert tuple(picture[0, 0]) == {"dark": (0, 0, 0), "light": (255, 255, 255)}[theme]
        assert picture.std() > 5


def test_beneath_each_neuron_stands_its_part_and_how_much_it_explains() -> None:
    figure = weights_and_parts(WEIGHTS, PARTS.reshape(-1, 28, 28), SHARES)
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 20
    for j in range(10):
        line, column = divmod(j, 8)
        above, below = figure.axes[16 * line + column], figure.axes[16 * line + 8 + column]
        assert (above.get_title(), below.get_title()) == (f"neuron {j}", f"{SHARES[j]:.0%}")
        for axes, picture in ((above, WEIGHTS[j]), (below, PARTS[j])):
            np.testing.assert_array_equal(np.asarray(axes.images[0].get_array()).ravel(), picture)
            low, high = axes.images[0].get_clim()
            assert -low == high == np.abs(picture).max(), "each has its own scale, nothing being black"


def test_positive_is_blue_and_negative_red_and_what_has_no_weight_can_be_drawn() -> None:
    weights = np.zeros((2, 784))
    weights[0, :2] = 3.0, -3.0
    first, second, *_ = [axes.images[0] for axes in weights_and_parts(weights, weights, [1.0, 0.0]).axes]
    colours = first.cmap(first.norm(np.array([3.0, -3.0, 0.0])), bytes=True)[:, :3]
    np.testing.assert_allclose(colours, [(0x58, 0xC4, 0xDD), (0xFC, 0x62, 0x55), (0, 0, 0)], atol=3)
    assert second.get_clim() == (-1, 1)


def test_every_network_is_a_dot_and_the_mean_of_each_condition_a_line() -> None:
    axes = conditions(VALUES, what="How much is explained")
    assert [label.get_text() for label in axes.get_yticklabels()] == list(VALUES)
    dots, means = axes.get_lines()[::2], axes.get_lines()[1::2]
    for row, (values, line, mean) in enumerate(zip(VALUES.values(), dots, means, strict=True)):
        np.testing.assert_array_equal(line.get_xdata(), values)
        assert set(line.get_ydata()) == {row}
        assert mean.get_xdata() == pytest.approx([values.mean()] * 2)
    low, high = axes.get_ylim()
    assert low > high, "the first condition stands above"
    assert axes.get_xlim()[0] == 0
    assert axes.get_title(loc="left") == "How much is explained"
    assert dots[0].get_color() != dots[1].get_color() == dots[2].get_color()


def test_shares_are_shown_as_percent_and_other_numbers_as_they_are() -> None:
    share, plain = (conditions(VALUES, what="x", share=share).xaxis.get_major_formatter() for share in (True, False))
    assert share(0.5).rstrip("%") == "50"
    assert "%" not in plain(0.5)


def test_every_area_is_written_into_its_field_and_what_is_no_number_is_a_dash() -> None:
    axes = areas(AUC, NAMES, what="Within the same digit")
    assert [text.get_text() for text in axes.texts] == ["0.50", "0.91", "0.07", "–", "0.66", "0.34"]
    assert [text.get_position() for text in axes.texts[:3]] == [(0, 0), (1, 0), (0, 1)]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["loop", "long vertical stroke"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["neuron 0", "neuron 1", "neuron 2"]
    assert axes.images[0].get_clim() == (0, 1)


def test_figures_are_drawn_on_the_axes_that_they_are_given() -> None:
    for draw in (lambda a: conditions(VALUES, a, what="x"), lambda a: areas(AUC, NAMES, a, what="x")):
        axes = Figure().add_subplot()
        assert draw(axes) is axes


@pytest.mark.parametrize("theme", list(THEMES))
def test_nothing_is_drawn_outside_the_figure(theme: str) -> None:
    wide = areas(RNG.random((16, 7)), [f"a part of number {k}" for k in range(7)], what="Areas", theme=theme)
    for axes in (wide, conditions(VALUES, what="How much the best edge or bar explains", theme=theme)):
        axes.figure.canvas.draw()
        width, height = axes.figure.canvas.get_width_height()
        low, high = axes.get_xlim()
        ticks = [
            tick for tick in axes.get_xticklabels() if low <= tick.get_position()[0] <= high
        ]  # others are not drawn
        assert ticks
        for text in [*axes.texts, axes._left_title, *ticks, *axes.get_yticklabels()]:
            box = text.get_window_extent()
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert not text.get_text() or inside, text


def test_what_does_not_fit_together_is_refused() -> None:
    for weights, parts, shares in (
        (WEIGHTS, PARTS[:9], SHARES), (WEIGHTS, PARTS, SHARES[:9]), (WEIGHTS[:0], PARTS[:0], []),
        (WEIGHTS[:, :783], PARTS, SHARES),
    ):  # fmt: skip
        with pytest.raises(ShapeError, match=r"weights_and_parts\(\)"):
            weights_and_parts(weights, parts, shares)
    for values in ({}, {"a": np.zeros(0)}, {"a": np.zeros((2, 2))}):
        with pytest.raises(ShapeError, match=r"conditions\(\) wants at least one number"):
            conditions(values, what="x")
    for auc in (AUC[:, :1], AUC[:0], AUC[0]):
        with pytest.raises(ShapeError, match=r"areas\(\) wants \(neurons, 2\)"):
            areas(auc, NAMES, what="x")
