"""The pad: what is drawn, by pen, finger or keyboard, is what the network reads, and is read as Python reads it."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

import digitlens as dl
from digitlens.digits.preparation.strokes import frame_strokes
from digitlens.digits.sources.examples import example_files
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.network.network import Layer, Network

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PEN = 1.2
STATE = "window.digitlens.state"


def strokes(page: Page) -> list[list[list[float]]]:
    drawn: list[list[list[float]]] = page.evaluate(f"{STATE}.strokes")
    return drawn


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    """Mouse down at the first point, in shares of the pad, and on to the last."""
    box = page.locator(".surface").bounding_box()
    assert box
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def drop(page: Page, name: str, kind: str, data: bytes, event: str = "drop") -> None:
    """A file that is dropped on the page, or pasted."""
    page.evaluate(
        """([name, type, text, event]) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, {type}));
          const given = event === "drop" ? {dataTransfer: transfer} : {clipboardData: transfer};
          const Kind = event === "drop" ? DragEvent : ClipboardEvent;
          digitlens.root.host.dispatchEvent(new Kind(event, {bubbles: true, cancelable: true, ...given}));
        }""",
        [name, kind, base64.b64encode(data).decode(), event],
    )


def test_what_the_mouse_draws_are_strokes_and_is_read(page: Page) -> None:
    drag(page, [(0.25, 0.25), (0.75, 0.25), (0.45, 0.8)])
    (stroke,) = strokes(page)
    assert len(stroke) > 6
    np.testing.assert_allclose([stroke[0], stroke[-1]], [[7, 7], [12.6, 22.4]], atol=0.15)
    assert page.evaluate("window.digitlens.reading.digit") == 7
    page.wait_for_function("() => window.digitlens?.root.querySelector('.answer .digit').textContent === '7'")
    assert page.locator(".hint").is_hidden()


def test_the_right_button_draws_nothing_and_a_click_is_a_dot(page: Page) -> None:
    page.locator(".surface").click(button="right")
    assert strokes(page) == []
    page.locator(".surface").click()
    assert [len(stroke) for stroke in strokes(page)] == [1]


def test_a_second_finger_does_no_harm_and_the_page_stays_where_it_is(context: BrowserContext, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    box = page.locator(".surface").bounding_box()
    assert box
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": number}
            for number, (x, y) in enumerate(points)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (0.5, 0.1))
    send("touchMove", (0.5, 0.3))
    send("touchStart", (0.5, 0.3), (0.9, 0.9))
    send("touchMove", (0.5, 0.6), (0.1, 0.9))
    send("touchMove", (0.5, 0.9), (0.1, 0.1))
    send("touchEnd")
    (stroke,) = strokes(page)
    assert {x for x, _ in stroke} == {14.0}
    assert stroke[-1][1] == pytest.approx(25.2, abs=0.15)
    assert page.evaluate("scrollY") == 0


def test_the_keyboard_alone_draws_a_one_that_is_read(page: Page) -> None:
    page.locator(".surface").focus()
    for key in ["ArrowUp"] * 2 + [" "] + ["ArrowDown"] * 16 + [" "]:
        page.keyboard.press(key)
    (stroke,) = strokes(page)
    assert stroke[0] == [14.5, 5.5]
    assert stroke[-1] == [14.5, 21.5]
    assert page.evaluate("window.digitlens.reading.digit") == 1
    page.keyboard.press("Backspace")
    assert strokes(page) == []


def test_undo_takes_stroke_by_stroke_and_brings_back_what_was_cleared(page: Page) -> None:
    drag(page, [(0.2, 0.2), (0.8, 0.2)])
    drag(page, [(0.8, 0.2), (0.4, 0.9)])
    both = strokes(page)
    page.get_by_role("button", name="Clear").click()
    assert strokes(page) == []
    page.get_by_role("link", name="Learn").click()
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    assert strokes(page) == both
    undo.click()
    assert strokes(page) == both[:1]
    undo.click()
    assert strokes(page) == []
    page.wait_for_function("() => window.digitlens?.root.querySelector('.pad-buttons button').disabled")


def test_a_reload_brings_back_what_was_drawn_to_the_last_bit(page: Page) -> None:
    drag(page, [(0.2, 0.21), (0.83, 0.2), (0.4, 0.9)])
    before = page.evaluate("Array.from(window.digitlens.reading.image)")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("Array.from(window.digitlens.reading.image)") == before


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_is_read_as_python_reads_it(page: Page, event: str) -> None:
    file = example_files()[3]
    drop(page, "three.png", "image/png", file.read_bytes(), event)
    page.wait_for_function(f"() => {STATE}.base?.kind === 'picture'")
    wanted = dl.load("video").read(file)
    np.testing.assert_allclose(
        page.evaluate("Array.from(window.digitlens.reading.image)"), wanted.prepared.image.ravel(), atol=1e-7
    )
    assert page.evaluate("window.digitlens.reading.digit") == wanted.digit == 3
    assert page.locator(".prepared li").count() == len(wanted.prepared.stages)
    page.get_by_role("button", name="Undo", exact=True).click()
    assert page.evaluate(f"{STATE}.base") is None


def png(image: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "kind", "data", "said"),
    [
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("a.png", "image/png", b"not a picture", "no picture that a browser can decode"),
        ("empty.png", "image/png", b"", "it is empty"),
    ],
)
def test_what_is_no_picture_gets_a_clear_word(page: Page, name: str, kind: str, data: bytes, said: str) -> None:
    drop(page, name, kind, data)
    alert = page.locator("#pad .trouble")
    alert.wait_for(state="visible")
    assert name in alert.inner_text()
    assert said in alert.inner_text()
    assert page.evaluate(f"{STATE}.base") is None


def test_a_file_that_is_too_large_is_refused_before_it_is_read(page: Page) -> None:
    page.evaluate("() => { Object.defineProperty(Blob.prototype, 'size', { get: () => 2 ** 28 + 1 }); }")
    drop(page, "big.png", "image/png", example_files()[3].read_bytes())
    alert = page.locator("#pad .trouble")
    alert.wait_for(state="visible")
    assert "big.png" in alert.inner_text()
    assert "at most 256" in alert.inner_text()
    assert page.evaluate(f"{STATE}.base") is None


def test_a_browser_that_adds_noise_to_what_a_page_reads_says_so_and_feeds_none_to_the_network(page: Page) -> None:
    page.evaluate("""() => {
      const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...where) {
        const picture = read.apply(this, where);
        picture.data.forEach((value, i) => { if (i % 7 === 0) picture.data[i] = value ^ 1; });
        return picture;
      };
    }""")
    drop(page, "three.png", "image/png", example_files()[3].read_bytes())
    alert = page.locator("#pad .trouble")
    alert.wait_for(state="visible")
    assert "noise" in alert.inner_text()
    assert page.evaluate(f"{STATE}.base") is None


def test_a_picture_without_ink_gets_a_reading_that_says_so(page: Page) -> None:
    drop(page, "white.png", "image/png", png(np.full((60, 60), 255, np.uint8)))
    page.wait_for_function(f"() => {STATE}.base?.kind === 'picture'")
    assert "Too little ink" in page.locator(".answer").inner_text()


def test_an_example_and_a_real_image_can_be_picked_and_drawn_over(page: Page) -> None:
    page.get_by_text("Or pick a picture").click()
    page.get_by_role("button", name="Example of a 4").click()
    page.wait_for_function(f"() => {STATE}.base?.kind === 'example'")
    assert page.evaluate("window.digitlens.reading.digit") == 4
    drag(page, [(0.3, 0.2), (0.6, 0.2)])
    assert page.evaluate(f"{STATE}.base.kind") == "example"
    assert len(strokes(page)) == 1


def test_nonsense_is_answered_and_said_to_be_nonsense(page: Page) -> None:
    for name in ("Noise", "Blank", "Scribble"):
        page.get_by_role("button", name=name).click()
        assert "no probabilities" in page.locator(".nonsense").inner_text()
    assert len(strokes(page)) == 1


def test_the_switch_shows_what_preparation_does_to_the_answer(page: Page) -> None:
    drag(page, [(0.05, 0.05), (0.2, 0.05), (0.12, 0.25)])
    switch = page.get_by_role("switch", name="Prepare the picture")
    assert switch.get_attribute("aria-checked") == "true"
    prepared = page.evaluate("Array.from(window.digitlens.reading.image)")
    switch.click()
    page.wait_for_function("() => window.digitlens?.root.querySelectorAll('.prepared li').length === 1")
    assert switch.get_attribute("aria-checked") == "false"
    assert "as it is" in page.locator(".preparation").inner_text()
    raw = np.array(page.evaluate("Array.from(window.digitlens.reading.image)")).reshape(28, 28)
    assert not raw[10:].any()
    assert np.array(prepared).reshape(28, 28)[10:].any()


def test_two_hundred_pen_digits_are_read_as_python_reads_them(page: Page) -> None:
    written = pen_digits(200, seed=11)
    rng = np.random.default_rng(4)
    drawings = []
    for strokes_of in written.strokes:
        points = np.concatenate(strokes_of)
        low, size = points.min(axis=0), float((points.max(axis=0) - points.min(axis=0)).max())
        side = rng.uniform(6, 24)
        place = rng.uniform(1.5, 26.5 - side, 2)
        drawings.append([((stroke - low) * (side / size) + place).tolist() for stroke in strokes_of])
    read = page.evaluate(
        """(drawings) => {
          const surface = digitlens.root.querySelector(".surface");
          const box = surface.getBoundingClientRect();
          const at = ([x, y]) => ({clientX: box.left + x * box.width / 28, clientY: box.top + y * box.height / 28});
          const send = (type, point) => {
            const button = type === "pointermove" ? -1 : 0;
            surface.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, button, ...at(point)}));
          };
          return drawings.map((drawing) => {
            window.digitlens.set({strokes: []});
            for (const stroke of drawing) {
              send("pointerdown", stroke[0]);
              for (const point of stroke.slice(1)) send("pointermove", point);
              send("pointerup", stroke.at(-1));
            }
            const {state, reading} = window.digitlens;
            return {strokes: state.strokes, digit: reading.digit, outputs: Array.from(reading.trace.a.at(-1))};
          });
        }""",
        drawings,
    )
    network = dl.load("video").network
    exact = Network(
        tuple(Layer(layer.weights.astype(np.float64), layer.biases.astype(np.float64)) for layer in network.layers),
        network.activations,
    )
    different = 0
    for one, drawing in zip(read, drawings, strict=True):
        assert len(one["strokes"]) == len(drawing)
        for drawn, meant in zip(one["strokes"], drawing, strict=True):
            np.testing.assert_allclose([drawn[0]], [meant[0]], atol=0.02)
        ink = frame_strokes([np.array(stroke) for stroke in one["strokes"]], PEN).ink()
        outputs = exact.forward(ink.reshape(1, 784)).a[-1][0]
        np.testing.assert_allclose(one["outputs"], outputs, atol=1e-9)
        different += int(outputs.argmax()) != one["digit"]
    assert different <= 1


def test_what_is_said_of_nonsense_goes_with_the_picture(page: Page) -> None:
    page.get_by_role("button", name="Noise").click()
    said = page.locator(".nonsense [role=status]")
    assert said.inner_text()
    page.evaluate("digitlens.set({strokes: [[[8, 7], [20, 7]]]})")
    page.wait_for_function("() => !digitlens.root.querySelector('.nonsense [role=status]').textContent")
    page.get_by_role("button", name="Scribble").click()
    assert said.inner_text()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("() => !digitlens.root.querySelector('.nonsense [role=status]').textContent")


def test_a_pen_goes_before_a_palm_that_came_first(page: Page) -> None:
    page.evaluate(
        """() => {
            const surface = digitlens.root.querySelector('.surface');
            const {left, top, width} = surface.getBoundingClientRect();
            const send = (type, pointerId, pointerType, x, y) => surface.dispatchEvent(new PointerEvent(type, {
                pointerId, pointerType, clientX: left + x * width, clientY: top + y * width, bubbles: true}));
            send('pointerdown', 5, 'touch', 0.9, 0.9);
            send('pointermove', 5, 'touch', 0.8, 0.9);
            send('pointerdown', 7, 'pen', 0.5, 0.1);
            send('pointermove', 5, 'touch', 0.7, 0.9);
            send('pointermove', 7, 'pen', 0.5, 0.5);
            send('pointerup', 7, 'pen', 0.5, 0.5);
            send('pointerup', 5, 'touch', 0.7, 0.9);
        }"""
    )
    (stroke,) = strokes(page)
    assert {x for x, _ in stroke} == {14.0}
    page.get_by_role("button", name="Undo", exact=True).click()
    assert strokes(page) == []


def test_what_was_undone_is_redone_until_something_else_is_drawn(page: Page) -> None:
    drag(page, [(0.2, 0.2), (0.8, 0.2)])
    drag(page, [(0.8, 0.2), (0.4, 0.9)])
    both = strokes(page)
    redo = page.get_by_role("button", name="Redo", exact=True)
    page.locator(".surface").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert strokes(page) == []
    page.keyboard.press("Control+Shift+z")
    assert strokes(page) == both[:1]
    redo.click()
    assert strokes(page) == both
    page.keyboard.press("Control+z")
    drag(page, [(0.2, 0.5), (0.8, 0.5)])
    page.wait_for_function("() => digitlens.root.querySelectorAll('.pad-buttons button')[1].disabled")


def test_a_link_keeps_an_uploaded_picture_to_the_last_bit(page: Page) -> None:
    drop(page, "three.png", "image/png", example_files()[3].read_bytes())
    page.wait_for_function(f"() => {STATE}.base?.kind === 'picture'")
    image = "Array.from(window.digitlens.state.baseInk)"
    before = page.evaluate(image)
    assert any(abs(255 * one - round(255 * one)) > 1e-6 for one in before), "the test would see nothing"
    page.goto(page.evaluate("digitlens.link()"))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(image) == before
    page.goto(page.evaluate("digitlens.link().replace(/f=[^&]{20}/, 'f=AQAAAAAAAPh_AAAAAAA')"))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(f"{STATE}.baseInk") is None  # a damaged picture is none
