"""The neuron view: numbers that add up and are Python's, weights painted and pulled, and everything given back."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.kernel import served

from digitlens.lens.neuron import neuron_sum
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SEVEN = [[[8, 7], [20, 7], [12, 23]]]
NEURONS = [(1, 3), (1, 10), (2, 5), (3, 7)]
TOLERANCE = 1e-12  # sums in another order
FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
)
CURRENT = """() => ({
    layers: digitlens.network.layers.map(({weights, biases, n, before}) =>
        ({weights: [...weights], biases: [...biases], n, before})),
    activations: digitlens.network.activations, image: [...digitlens.reading.image],
    z: digitlens.reading.trace.z.map((z) => [...z]), changed: digitlens.changed})"""


@pytest.fixture
def view(page: Page) -> Page:
    """The page with a drawn seven, neuron 3 of layer 1 taken apart."""
    look(page, 1, 3)
    return page


def look(page: Page, layer: int, neuron: int) -> None:
    page.evaluate(
        "([strokes, layer, neuron]) => digitlens.set({view: 'neuron', strokes, layer, neuron, source: null})",
        [SEVEN, layer, neuron],
    )
    page.evaluate(FRAMES)


def settled(page: Page) -> dict[str, Any]:
    """The network, the picture and z as they are when all has followed."""
    page.evaluate(FRAMES)
    found: dict[str, Any] = page.evaluate(CURRENT)
    return found


def column(page: Page) -> list[str]:
    """The last column of the sum: products, the rest, bias, z, a; with the keyboard's minus."""
    return [text.replace("−", "-") for text in page.locator(".neuron-sum tr > td:last-child").all_inner_texts()]


def network_of(now: dict[str, Any]) -> Network:
    layers = tuple(
        Layer(np.array(one["weights"]).reshape(one["n"], one["before"]), np.array(one["biases"]))
        for one in now["layers"]
    )
    return Network(layers, tuple(ACTIVATIONS[name] for name in now["activations"]))


def weights(now: dict[str, Any], layer: int, neuron: int) -> np.ndarray[Any, Any]:
    one = now["layers"][layer - 1]
    return np.array(one["weights"]).reshape(one["n"], one["before"])[neuron]


def middle_of(easel: Locator, row: int, column: int) -> tuple[float, float]:
    """Where a pixel lies on the screen."""
    easel.scroll_into_view_if_needed()
    box = None
    while (now := easel.locator("canvas").bounding_box()) != box:  # until nothing moves any more
        box = now
        easel.page.evaluate(FRAMES)
    assert box
    return box["x"] + (column + 0.5) / 28 * box["width"], box["y"] + (row + 0.5) / 28 * box["height"]


def paint(page: Page, row: int, column: int) -> None:
    page.mouse.move(*middle_of(page.locator(".easel"), row, column))
    page.mouse.down()
    page.mouse.up()


@pytest.mark.parametrize("many", [6, 12])
@pytest.mark.parametrize(("layer", "neuron"), NEURONS)
def test_the_printed_rows_add_up_to_z_and_are_the_ones_that_python_prints(
    page: Page, layer: int, neuron: int, many: int
) -> None:
    look(page, layer, neuron)
    page.get_by_role("button", name=f"List the {many} largest terms").click()
    now = settled(page)
    *rows, z, a = column(page)
    assert len(rows) == many + 2  # the rest and the bias
    assert sum(map(Decimal, rows)) == Decimal(z)
    trace = network_of(now).forward(np.array([now["image"]]))[0]
    parts = neuron_sum(network_of(now), trace, layer, neuron, many)
    printed = parts.printed()
    assert rows == [*printed.products, printed.rest, printed.bias]
    assert (z, a) == (printed.z, f"{parts.activation:.3f}")
    others = page.locator(".neuron-sum tr.others th").inner_text()
    assert others.startswith(f"the other {parts.others}")
    assert (f"({parts.silent} are 0)" in others) == bool(parts.silent)


def test_the_rows_still_add_up_while_weights_are_painted(view: Page) -> None:
    for row in range(4, 24, 3):
        paint(view, row, 28 - row)
        now = settled(view)
        *rows, z, _ = column(view)
        assert sum(map(Decimal, rows)) == Decimal(z)
        trace = network_of(now).forward(np.array([now["image"]]))[0]
        assert z == neuron_sum(network_of(now), trace, 1, 3).printed().z


def test_what_is_painted_raises_z_by_just_what_the_pixels_hold(view: Page) -> None:
    before = settled(view)
    image, old = np.array(before["image"]), weights(before, 1, 3)
    row, across = divmod(int(image.argmax()), 28)  # under the brush there is ink
    view.get_by_label("Strength").fill("2.5")
    paint(view, row, across)
    after = settled(view)
    brush = [
        r * 28 + c
        for r in range(row - 1, row + 2)
        for c in range(across - 1, across + 2)
        if 0 <= r < 28 and 0 <= c < 28
    ]
    new = old.copy()
    new[brush] = 2.5
    np.testing.assert_array_equal(weights(after, 1, 3), new)
    raised = after["z"][0][3] - before["z"][0][3]
    assert raised > 0
    assert raised == pytest.approx(math.fsum((new - old) * image), abs=TOLERANCE)
    others = [z for j, z in enumerate(after["z"][0]) if j != 3]
    assert others == [z for j, z in enumerate(before["z"][0]) if j != 3]


@pytest.mark.parametrize(("tool", "weight"), [("Negative", -1.2), ("Erase", 0.0)])
def test_the_other_brushes_take_away_and_erase(view: Page, tool: str, weight: float) -> None:
    view.get_by_role("radio", name=tool).click()
    paint(view, 10, 10)
    painted = weights(settled(view), 1, 3).reshape(28, 28)
    assert np.all(painted[9:12, 9:12] == weight)
    assert math.copysign(1, painted[10, 10]) == (-1 if weight else 1)  # no −0


def test_a_stroke_leaves_no_gap_and_a_second_finger_does_no_harm(view: Page) -> None:
    easel = view.locator(".easel")
    view.get_by_label("Brush").fill("1")
    view.mouse.move(*middle_of(easel, 2, 2))
    view.mouse.down()
    x, y = middle_of(easel, 20, 20)
    for kind in ("pointerdown", "pointermove", "pointerup"):
        easel.dispatch_event(kind, {"pointerId": 77, "clientX": x, "clientY": y, "button": 0, "isPrimary": False})
    view.mouse.move(*middle_of(easel, 2, 25))
    view.mouse.up()
    painted = weights(settled(view), 1, 3).reshape(28, 28)
    assert np.all(painted[2, 2:26] == 1.2)
    assert painted[20, 20] != 1.2
    view.mouse.move(*middle_of(easel, 24, 24))  # the pen is up
    assert np.array_equal(weights(settled(view), 1, 3).reshape(28, 28), painted)


def test_reset_brings_every_number_back_to_the_last_bit(view: Page) -> None:
    loaded = settled(view)
    buttons = [view.get_by_role("button", name=f"Reset {what}") for what in ("this neuron", "the network")]
    assert all(button.is_disabled() for button in buttons)
    paint(view, 12, 14)
    settled(view)
    look(view, 2, 5)
    view.get_by_label("Bias", exact=True).fill("3.25")
    changed = settled(view)
    buttons[0].click()
    first = settled(view)
    assert first["layers"][1:] == loaded["layers"][1:]
    assert first["layers"][0] == changed["layers"][0] != loaded["layers"][0]
    look(view, 1, 3)
    buttons[0].click()  # now nothing differs any more, and the page knows it
    assert settled(view) == loaded
    paint(view, 12, 14)
    settled(view)
    buttons[1].click()
    assert settled(view) == loaded
    assert all(button.is_disabled() for button in buttons)


def test_what_a_change_did_to_the_answer_is_said(view: Page) -> None:
    said = view.locator(".neuron-change .effect")
    assert "as it was loaded" in said.inner_text()
    for neuron in range(10):  # outputs that are pushed down until another digit wins
        look(view, 3, neuron)
        view.get_by_label("Bias", exact=True).fill("-10" if neuron != 4 else "10")
        settled(view)
    first, second = view.evaluate(
        "async () => { const {forward} = await import('./core/network.js'); const last = (n) => "
        "{ const a = forward(n, digitlens.reading.image).a.at(-1); const best = a.indexOf(Math.max(...a)); "
        "return `${best} (${a[best].toFixed(2)})`; }; return [last(digitlens.network), last(digitlens.original)]; }"
    )
    assert said.inner_text() == f"The network now reads {first}; unchanged it reads {second}."
    assert first.startswith("4 ")


@pytest.mark.parametrize(("layer", "neuron"), NEURONS)
def test_the_bias_moves_z_by_just_what_it_is_moved(page: Page, layer: int, neuron: int) -> None:
    look(page, layer, neuron)
    before = settled(page)
    page.get_by_label("Bias", exact=True).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    after = settled(page)
    moved = after["layers"][layer - 1]["biases"][neuron] - before["layers"][layer - 1]["biases"][neuron]
    assert moved == pytest.approx(0.05, abs=0.0051)  # five steps, from the nearest one
    assert after["z"][layer - 1][neuron] - before["z"][layer - 1][neuron] == pytest.approx(moved, abs=TOLERANCE)
    page.get_by_label("Bias, as a number").fill("-1.125")
    assert settled(page)["layers"][layer - 1]["biases"][neuron] == -1.125


def test_a_number_that_is_none_changes_nothing(view: Page) -> None:
    field = view.get_by_label("Bias, as a number")
    before = settled(view)
    field.fill("")
    assert settled(view) == before
    field.fill("1e300")
    assert settled(view)["layers"][0]["biases"][3] == 1000
    field.blur()
    assert field.input_value() == "1000.000"


def test_in_a_deeper_layer_one_weight_is_chosen_and_pulled(page: Page) -> None:
    look(page, 2, 5)
    before = settled(page)
    assert page.locator(".input-bars tbody tr").count() == 16
    page.get_by_role("button", name="Choose the weight from neuron 8 of layer 1").click()
    page.get_by_label("Weight from neuron 8 of layer 1", exact=True).fill("-2.5")
    after = settled(page)
    assert page.evaluate("digitlens.state.source") == 8
    wanted = weights(before, 2, 5).copy()
    wanted[8] = -2.5
    np.testing.assert_array_equal(weights(after, 2, 5), wanted)
    shown = page.locator(".input-bars tbody tr").nth(8).locator("td .number").all_inner_texts()
    assert shown[1] == "−2.500"
    assert not page.locator(".easel").is_visible()


def test_a_pixel_is_chosen_on_a_picture_and_its_weight_pulled(view: Page) -> None:
    before = settled(view)
    view.locator(".three canvas").nth(1).click(position={"x": 1, "y": 1})
    settled(view)
    view.get_by_label("Weight from row 0, column 0, as a number").fill("0.75")
    wanted = weights(before, 1, 3).copy()
    wanted[0] = 0.75
    np.testing.assert_array_equal(weights(settled(view), 1, 3), wanted)


def test_all_of_it_goes_by_keyboard_alone(view: Page) -> None:
    def tab_to(script: str) -> None:
        for _ in range(150):
            view.keyboard.press("Tab")
            if view.evaluate(f"(() => {{ const e = digitlens.root.activeElement; return Boolean({script}); }})()"):
                return
        pytest.fail(f"the Tab key does not lead to {script}")

    view.evaluate("digitlens.root.getElementById('detail').focus()")
    tab_to("e.getAttribute('aria-label') === 'Next neuron'")
    view.keyboard.press("Enter")
    before = settled(view)
    assert view.get_by_role("heading", name="Neuron 4 of layer 1").is_visible()
    tab_to("e.getAttribute('aria-pressed') && e.textContent.startsWith('row')")
    view.keyboard.press("Space")
    assert view.evaluate("digitlens.state.source") is not None
    tab_to("e.classList.contains('easel')")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Space", "-", "Shift+ArrowDown", "ArrowDown"):
        view.keyboard.press(key)
    after = weights(settled(view), 1, 4).reshape(28, 28)
    assert np.all(after[11, 12:15] == 1.2)  # what the second, one row below, left of the first
    assert np.all(after[12:15, 12:15] == -1.2)
    assert view.locator(".painting [role=status]").inner_text().startswith("row 14, column 13")
    changed = after != weights(before, 1, 4).reshape(28, 28)
    assert changed.sum() == 12
    tab_to("e.getAttribute('role') === 'radio'")
    view.keyboard.press("ArrowRight")
    assert view.get_by_role("radio", name="Erase").get_attribute("aria-checked") == "true"
    tab_to("e.textContent === 'loop'")
    view.keyboard.press("Enter")
    tab_to("e.id === 'bias-range'")
    view.keyboard.press("ArrowLeft")
    now = settled(view)
    assert weights(now, 1, 4)[0] == 0
    assert now["layers"][0]["biases"][4] < before["layers"][0]["biases"][4] + 0.0051


@pytest.mark.parametrize("name", ["edge", "bar", "loop"])
def test_a_preset_is_a_positive_stroke_with_a_negative_surround(view: Page, name: str) -> None:
    view.get_by_label("Strength").fill("2")
    for place, row, across in (("middle", 14, 14), ("top right", 7, 21)):
        view.get_by_label("Place").select_option(place)
        for degrees in (0, 45, 90, 135):
            view.get_by_label("Direction").select_option(str(degrees))
            view.get_by_role("button", name=name, exact=True).click()
            found = weights(settled(view), 1, 3).reshape(28, 28)
            stroke, around = found > 0, found < 0
            assert set(found[stroke]) == {2.0}
            assert len(set(found[around])) == 1
            assert abs(found.sum()) < 1e-9  # a picture grey all over adds nothing
            near = np.pad(stroke, 1)
            beside = np.any([near[1 + r : 29 + r, 1 + c : 29 + c] for r in (-1, 0, 1) for c in (-1, 0, 1)], axis=0)
            assert np.all(around[beside & ~stroke])  # every pixel beside the stroke is against it
            rows, columns = np.nonzero(stroke)
            if name == "loop":
                assert around[row, across]
                assert np.hypot(rows - row, columns - across).min() > 3
                continue
            right, down = math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))
            along = (columns - across) * right + (rows - row) * down
            aside = (rows - row) * right - (columns - across) * down
            assert np.ptp(aside) < 3 < np.ptp(along)
            if place == "middle":
                assert (np.ptp(along) > 14) == (name == "bar")


def test_all_numbers_are_copied_to_the_last_digit(view: Page) -> None:
    view.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view.get_by_role("button", name="Copy the numbers").click()
    view.get_by_text("copied.").wait_for()
    lines = [line.split("\t") for line in view.evaluate("navigator.clipboard.readText()").splitlines()]
    now = settled(view)
    table = np.array(lines[2:-3], dtype=float)
    assert lines[1] == ["row", "column", "input", "weight", "product"]
    np.testing.assert_array_equal(table[:, 2], now["image"])
    np.testing.assert_array_equal(table[:, 3], weights(now, 1, 3))
    bias, z = float(lines[-3][-1]), float(lines[-2][-1])
    assert bias == now["layers"][0]["biases"][3]
    assert math.fsum([*table[:, 4], bias]) == pytest.approx(z, abs=TOLERANCE)


def test_where_there_is_no_clipboard_files_are_saved(view: Page) -> None:
    view.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    with view.expect_download() as numbers:
        view.get_by_role("button", name="Copy the numbers").click()
    assert numbers.value.suggested_filename == "neuron-1-3.tsv"
    assert numbers.value.path().read_text().splitlines()[1].startswith("row\tcolumn")
    with view.expect_download() as picture:
        view.get_by_role("button", name="Copy the weight picture").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", served.OUTPUTS)  # the page computes at least what the kernel does
def test_the_point_lies_on_the_curve_of_every_activation_function(page: Page, name: str) -> None:
    page.evaluate("name => digitlens.setNetwork({...digitlens.network, activations: ['relu', 'tanh', name]})", name)
    for layer, neuron in NEURONS:
        look(page, layer, neuron)
        now = settled(page)
        z = now["z"][layer - 1][neuron]
        said = page.locator(".activation-curve desc").text_content() or ""
        assert f"z = {z:+.3f}".replace("-", "−") in said
        distance = page.evaluate(
            "() => { const path = digitlens.root.querySelector('.activation-curve .curve'); "
            "const dot = digitlens.root.querySelector('.activation-curve .point'); "
            "const [x, y] = ['cx', 'cy'].map((k) => Number(dot.getAttribute(k))); let best = 1e9; "
            "for (let at = 0; at <= path.getTotalLength(); at += 0.25) { const p = path.getPointAtLength(at); "
            "best = Math.min(best, Math.hypot(p.x - x, p.y - y)); } return best; }"
        )
        assert distance < 1.5


@pytest.mark.parametrize("sizes", [[784, 10], [784, 40, 10], [784, 1, 10]], ids=json.dumps)
def test_networks_of_other_sizes_are_taken_apart_too(page: Page, sizes: list[int]) -> None:
    page.evaluate(
        "sizes => digitlens.setNetwork({...digitlens.network, sizes, activations: sizes.slice(1).map(() => 'sigmoid'), "
        "layers: sizes.slice(1).map((n, l) => ({n, before: sizes[l], biases: new Float64Array(n), "
        "weights: Float64Array.from({length: n * sizes[l]}, (_, k) => Math.sin(k))}))}, true)",
        sizes,
    )
    for layer in range(1, len(sizes)):
        look(page, layer, sizes[layer] - 1)
        settled(page)
        *rows, z, _ = column(page)
        assert sum(map(Decimal, rows)) == Decimal(z)
        assert page.locator(".easel").is_visible() == (layer == 1)
        assert page.locator(".matrix-line .number").nth(1).inner_text() == f"{sizes[layer]} × {sizes[layer - 1]}"


def test_no_ink_at_all_is_taken_apart_too(page: Page) -> None:
    page.evaluate("digitlens.set({view: 'neuron', strokes: [], layer: 1, neuron: 3})")
    now = settled(page)
    rest, bias, z, _ = column(page)
    assert rest == "+0.000"
    assert bias == z == f"{now['layers'][0]['biases'][3]:+.3f}"
