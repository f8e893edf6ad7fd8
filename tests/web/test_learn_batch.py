"""A mini-batch in the learn view: drawings or training images, whose mean is what Python computes for the batch."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.server.serving import few
from tests.web.learning_page import (
    CHAIN,
    FOUR,
    FRAMES,
    SEVEN,
    digits_of,
    keyboard,
    look,
    network_of,
    printed_cost,
    settled,
    short,
    steps_of,
    table,
    the_cost,
)

from digitlens.network.costs import cost_for, one_hot
from digitlens.network.gradient import backward

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def view(page: Page) -> Page:
    look(page)
    return page


def batch_of(page: Page, drawings: list[tuple[Any, int]]) -> None:
    """A mini-batch of these drawings alone."""
    page.get_by_role("button", name="A mini-batch, averaged").click()
    page.wait_for_selector(".batch button")
    page.get_by_role("button", name="Remove all").click()
    for strokes, digit in drawings:
        look(page, digit, strokes=strokes)
        page.get_by_role("button", name="Add this drawing as").click()
    page.evaluate(FRAMES)


@pytest.fixture
def mnist(page: Page) -> Page:
    """The page of a server that has training images in MNIST's place; the learn view is shown."""
    look(page)
    return page


def test_the_mean_over_a_mini_batch_is_what_python_computes_for_the_batch(mnist: Page) -> None:
    page = mnist
    images = []
    for strokes in (SEVEN, FOUR, SEVEN):
        look(page, 0, strokes=strokes)
        images.append(settled(page)["image"])
    batch_of(page, [(SEVEN, 7), (FOUR, 4), (SEVEN, 1)])
    check_batch(page, np.array(images), [7, 4, 1])


def check_batch(page: Page, images: np.ndarray[Any, Any], digits: list[int]) -> None:
    """The page's mean cost, output gradients, step and chain beside backward() over the batch."""
    now = settled(page)
    network = network_of(now)
    function = cost_for(now["cost"], network.activations[-1])
    y = one_hot(np.array(digits), 10, np.float64)
    trace = network.forward(images)
    cost = float(function.each(trace, y).mean())
    gradient = backward(network, trace, y, function)
    assert the_cost(page) == printed_cost(cost)
    *terms, total = (row[-1] for row in table(page, ".cost-table"))
    assert digits_of(terms) == Decimal(total)
    outputs = table(page, ".slopes-table")
    asked = 2 * (trace.a[-1] - y).mean(axis=0)
    assert [row[2:] for row in outputs] == [
        [short(a), short(d)] for a, d in zip(asked.tolist(), gradient[-1].biases.tolist(), strict=True)
    ]
    costs = [one.split("cost ")[1] for one in labels(page)]
    assert costs == [f"{each:.2f}" for each in function.each(trace, y)]
    at = np.abs(gradient[0].weights)
    neuron, source = np.unravel_index(int(at.argmax()), at.shape)
    assert keyboard(page.locator(f"{CHAIN} mn").first.text_content() or "") == short(
        float(gradient[0].weights[neuron, source])
    )
    *parts, whole = (row[-1] for row in table(page, ".asked"))
    assert digits_of(parts) == Decimal(whole)
    promised = 0.1 * sum(float((g.weights**2).sum() + (g.biases**2).sum()) for g in gradient)
    assert f"falls by {short(promised)}." in keyboard(page.locator(".promise").inner_text())
    page.get_by_role("button", name="Take the step", exact=True).click()
    after = network_of(settled(page))
    for old, new, slope in zip(network.layers, after.layers, gradient, strict=True):
        np.testing.assert_allclose(new.weights, old.weights - 0.1 * slope.weights, atol=1e-12)
        np.testing.assert_allclose(new.biases, old.biases - 0.1 * slope.biases, atol=1e-12)
    fell = cost - float(function.each(after.forward(images), y).mean())
    assert table(page, ".taken")[0][3:5] == [short(promised), short(fell)]


def labels(page: Page) -> list[str]:
    return [button.get_attribute("aria-label") or "" for button in page.locator(".batch button").all()]


def test_thirty_two_training_images_are_a_mini_batch(mnist: Page) -> None:
    mnist.get_by_role("button", name="A mini-batch, averaged").click()
    mnist.wait_for_selector(".batch button")
    data = few().load("mnist").training
    images = data.images[:32].reshape(32, 784).astype(np.float64) / 255
    assert len(labels(mnist)) == 32
    check_batch(mnist, images, [int(digit) for digit in data.digits[:32]])
    mnist.get_by_role("button", name="The next 32 training images").click()
    a_digit = f"an {data.digits[32]}" if data.digits[32] == 8 else f"a {data.digits[32]}"
    mnist.wait_for_selector(f".batch button:first-child[aria-label^='Picture 1, {a_digit},']")
    assert data.digits[32] != data.digits[0]


def test_where_there_is_no_mnist_the_ten_examples_are_the_mini_batch(view: Page) -> None:
    view.evaluate(
        """() => {
            const real = window.fetch;
            const none = new Response('{}', {status: 404});
            window.fetch = (url) => String(url).startsWith('api/images') ? Promise.resolve(none) : real(url);
        }"""
    )
    view.get_by_role("button", name="A mini-batch, averaged").click()
    view.wait_for_selector(".batch button")
    assert [re.findall(r"an? (\d), read as (\d)", label)[0] for label in labels(view)] == [
        (str(d),) * 2 for d in range(10)
    ]


def test_a_picture_of_the_mini_batch_is_taken_out_or_looked_at_alone(mnist: Page) -> None:
    batch_of(mnist, [(SEVEN, 7), (FOUR, 4)])
    mnist.locator(".batch button").first.click()
    mnist.get_by_role("button", name="Remove it").click()
    mnist.evaluate(FRAMES)
    assert [label.split(",")[1] for label in labels(mnist)] == [" a 4"]
    look(mnist, 0)
    mnist.locator(".batch button").first.click()
    mnist.get_by_role("button", name="Show it alone").click()
    mnist.evaluate(FRAMES)
    assert mnist.evaluate("[digitlens.state.target, digitlens.state.strokes.length]") == [4, 2]
    assert mnist.get_by_role("button", name="One example").get_attribute("aria-pressed") == "true"


def test_what_was_drawn_for_the_mini_batch_outlives_a_reload_and_more_training_images(mnist: Page) -> None:
    batch_of(mnist, [(SEVEN, 7), (FOUR, 4)])
    before = labels(mnist)
    mnist.wait_for_url("**#learn/4*")
    mnist.reload()
    mnist.wait_for_selector("html[data-ready]")
    mnist.get_by_role("button", name="A mini-batch, averaged").click()
    mnist.wait_for_selector(".batch button")
    assert labels(mnist) == before
    mnist.get_by_role("button", name="32 training images").click()
    mnist.wait_for_selector(".batch button:nth-child(34)")
    assert labels(mnist)[:2] == before


def test_with_the_server_gone_one_still_learns_from_drawings(view: Page) -> None:
    view.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); }")
    view.get_by_role("button", name="A mini-batch, averaged").click()
    view.get_by_text("No images came").wait_for()
    view.get_by_role("button", name="Add this drawing as a 2").click()
    view.evaluate(FRAMES)
    assert the_cost(view) == printed_cost(steps_of(settled(view), 2).cost)
