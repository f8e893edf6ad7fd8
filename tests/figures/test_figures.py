"""Figures are drawn from plain arrays, on the caller's Axes or on their own, and leave nothing behind."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitlens.errors import MissingExtra, ShapeError, UsageError

pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "digitlens[figures]"')

from matplotlib.figure import Figure

from digitlens.figures.bands import bands, compared_curves
from digitlens.figures.confusion import confusion
from digitlens.figures.curves import learning_curve, learning_curves
from digitlens.figures.gradients import gradient_sizes
from digitlens.figures.mistakes import wrong_digits
from digitlens.figures.reliability import reliability_diagram
from digitlens.figures.theme import THEMES, to_png
from digitlens.figures.weights import weight_pictures
from digitlens.reading.calibration import reliability

RNG = np.random.default_rng(7)
WEIGHTS = RNG.normal(0, 0.3, (6, 784))
MATRIX = np.array([[8, 1, 0], [0, 9, 2], [3, 0, 0]])
SURE = reliability(np.array([0.25, 0.95, 0.95, 0.95]), np.array([False, True, True, False]), bins=10)
HISTORY = [
    {
        "epoch": e,
        "training_cost": 1 / e,
        "test_cost": 1.2 / e,
        "training_accuracy": 1 - 1 / (e + 1),
        "test_accuracy": 0.5,
    }
    for e in range(1, 6)
]


def drawn(name: str, theme: str = "dark", axes: Any = None) -> Any:
    images = RNG.integers(0, 256, (5, 28, 28), np.uint8)
    return {
        "weights": lambda: weight_pictures(WEIGHTS, axes, theme=theme),
        "confusion": lambda: confusion(MATRIX, ("a", "b", "c"), axes, theme=theme),
        "mistakes": lambda: wrong_digits(
            images, list("44790"), list("99136"), np.linspace(1, 0.5, 5), axes, theme=theme
        ),
        "curve": lambda: learning_curve(HISTORY, "accuracy", axes, theme=theme),
        "reliability": lambda: reliability_diagram(SURE, axes, theme=theme),
    }[name]()


NAMES = ["weights", "confusion", "mistakes", "curve", "reliability"]


@pytest.fixture(autouse=True)
def _pyplot_is_never_needed() -> Iterator[None]:
    yield
    assert "matplotlib.pyplot" not in sys.modules


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).copy()


def texts(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_becomes_a_png_on_the_background_of_its_theme(name: str, theme: str) -> None:
    picture = pixels(to_png(drawn(name, theme)))
    assert min(picture.shape[:2]) > 300
    assert tuple(picture[0, 0]) == {"dark": (0, 0, 0), "light": (255, 255, 255)}[theme]
    assert picture.std() > 5  # something is on it


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_drawn_on_the_axes_that_it_is_given(name: str) -> None:
    axes = Figure().add_subplot()
    assert drawn(name, axes=axes) is axes


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_outside_the_figure(name: str) -> None:
    axes = drawn(name)
    axes.figure.canvas.draw()
    width, height = axes.figure.canvas.get_width_height()
    for text in [*axes.texts, axes.title, axes._left_title]:
        box = text.get_window_extent()
        assert not text.get_text() or (box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height), text


def test_positive_weights_are_blue_negative_ones_red_and_none_is_the_background() -> None:
    weights = np.zeros((1, 784))
    weights[0, 0], weights[0, 1] = 2.0, -2.0
    image = weight_pictures(weights).images[0]
    colours = image.cmap(image.norm(np.array([2.0, -2.0, 0.0])), bytes=True)[:, :3]
    np.testing.assert_allclose(colours, [(0x58, 0xC4, 0xDD), (0xFC, 0x62, 0x55), (0, 0, 0)], atol=3)


def test_all_weight_pictures_share_one_scale_that_is_linear_and_a_few_large_weights_do_not_dim_it() -> None:
    weights = WEIGHTS.copy()
    weights[3, 100] = 50.0
    axes = weight_pictures(weights)
    assert len({image.get_clim() for image in axes.images}) == 1
    low, high = axes.images[0].get_clim()
    assert -low == high < 2
    assert texts(axes)[:6] == [f"neuron {j}" for j in range(6)]


def test_weights_that_are_all_zero_can_be_drawn() -> None:
    assert to_png(weight_pictures(np.zeros((2, 784)), names=["one", "two"], columns=1))


def test_the_confusion_matrix_says_every_count_and_what_is_right_of_each_class() -> None:
    said = texts(confusion(MATRIX, ("a", "b", "c")))
    assert {"8", "1", "9", "2", "3", "88.9%", "81.8%", "0.0%"} <= set(said)
    assert said.count("0") == 1  # on the diagonal only: nothing where nothing was confused


def test_a_class_without_pictures_has_no_share() -> None:
    assert "–" in texts(confusion([[3, 0], [0, 0]], ("a", "b")))


def test_a_mistake_says_what_it_shows_and_what_was_read() -> None:
    said = texts(drawn("mistakes"))
    assert said[:2] == ["4 → 9", "1.00"]
    assert len(said) == 10


def test_the_legend_lies_over_no_line_where_two_epochs_hardly_differ() -> None:
    rows = [{"epoch": e, "training_cost": 0.25 - 0.01 * e, "test_cost": 0.26 - 0.01 * e} for e in (1, 2)]
    axes = learning_curve(rows, "cost")
    axes.figure.canvas.draw()
    legend = axes.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    for line in axes.lines:
        for x, y in axes.transData.transform(line.get_xydata()):
            assert not box.contains(x, y)


def test_the_curves_differ_in_style_and_not_by_colour_alone() -> None:
    cost, accuracy = learning_curves(HISTORY)
    assert [line.get_linestyle() for line in cost.lines] == ["-", ":"]  # nothing was held out
    assert [line.get_label() for line in accuracy.lines] == ["training, at the end 83.33%", "test, at the end 50.00%"]
    assert cost.get_xlabel() == "epoch"
    assert cost.figure is accuracy.figure


def test_a_single_epoch_is_a_point() -> None:
    (training, _) = learning_curve(HISTORY[:1], "cost").lines
    assert training.get_marker() == "o"


def test_rows_without_the_measure_are_refused() -> None:
    for rows, measure in (
        ([], "cost"),
        ([{"epoch": 1}], "accuracy"),
        (HISTORY, "speed"),
        ([{"test_cost": 1.0}], "cost"),
    ):
        with pytest.raises(UsageError, match="learning_curve"):
            learning_curve(rows, measure)


@pytest.mark.parametrize("bad", [np.zeros((0, 784)), np.zeros((2, 783)), np.zeros(784), np.zeros((1, 0, 27))])
def test_arrays_that_are_no_pictures_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="wants pictures"):
        weight_pictures(bad)
    with pytest.raises(ShapeError, match="wants pictures"):
        wrong_digits(bad, [], [], [])


def test_names_and_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"got \(3, 3\) and 2 names"):
        confusion(MATRIX, ("a", "b"))
    with pytest.raises(ShapeError, match="one strength for each of 2"):
        wrong_digits(np.zeros((2, 28, 28)), "12", "34", [0.5])
    with pytest.raises(UsageError, match="one of dark, light"):
        weight_pictures(WEIGHTS, theme="pink")


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r'pip install "digitlens\[figures\]"'):
        weight_pictures(WEIGHTS)


def test_a_reliability_diagram_has_a_bar_where_there_are_answers_as_high_as_they_are_right() -> None:
    axes = drawn("reliability")
    assert [round(bar.get_height(), 6) for bar in axes.patches] == [0.0, round(2 / 3, 6)]
    assert [bar.get_x() + bar.get_width() / 2 for bar in axes.patches] == pytest.approx([0.25, 0.95])
    assert texts(axes) == ["1", "3"]
    assert axes.get_title(loc="left") == f"Expected calibration error {SURE.error:.2%}"


SIDES = {name: RNG.random((5, 4)) for name in ("sigmoid", "ReLU", "tanh")}


def test_a_band_holds_all_seeds_and_its_line_is_their_mean() -> None:
    axes = bands(SIDES, what="Cost")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(SIDES)
    for line, curve, band in zip(axes.get_lines(), SIDES.values(), axes.collections, strict=True):
        assert np.allclose(line.get_ydata(), curve.mean(axis=0))
        heights = band.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == pytest.approx((curve.min(), curve.max()))
    assert len({line.get_color() for line in axes.get_lines()}) == 3
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 3


def test_a_run_that_broke_off_does_not_spoil_its_band() -> None:
    broken = SIDES["tanh"].copy()
    broken[0, 2:] = np.nan
    (line,) = bands({"tanh": broken}).get_lines()
    assert np.isfinite(line.get_ydata()).all()


@pytest.mark.parametrize("theme", THEMES)
def test_two_measures_stand_side_by_side(theme: str) -> None:
    left, right = compared_curves(SIDES, SIDES, theme=theme)
    assert left.figure is right.figure
    assert to_png(left).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "wrong", [{}, {"a": np.zeros(3)}, {"a": np.zeros((0, 3))}, {str(i): np.ones((1, 1)) for i in range(9)}]
)
def test_bands_of_other_shapes_are_refused(wrong: Any) -> None:
    with pytest.raises(ShapeError):
        bands(wrong)


@pytest.mark.parametrize("theme", THEMES)
def test_gradients_get_a_row_for_each_way_and_a_column_for_each_depth(theme: str) -> None:
    at = np.arange(4.0)
    rows = [(name, [(at, RNG.random((4, depth + 1))) for depth in (2, 4)]) for name in ("sigmoid", "ReLU")]
    figure = gradient_sizes(rows, (2, 4), theme=theme)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [
        "sigmoid, 2 hidden layers",
        "sigmoid, 4 hidden layers",
        "ReLU, 2 hidden layers",
        "ReLU, 4 hidden layers",
    ]
    outputs = {axes.get_lines()[0].get_color() for axes in figure.axes}
    assert len(outputs) == 1  # the same layer, counted from the output, has the same colour everywhere
    assert [len(axes.get_lines()) for axes in figure.axes] == [3, 5, 3, 5]
    assert np.allclose(figure.axes[0].get_lines()[0].get_ydata(), rows[0][1][0][1][:, -1])


def test_gradients_that_do_not_fit_together_are_refused() -> None:
    for wrong in ([], [("a", [])], [("a", [(np.zeros(3), np.zeros((4, 2)))])]):
        with pytest.raises(ShapeError):
            gradient_sizes(wrong, (2,))
