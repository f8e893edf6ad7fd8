"""A worksheet is made in the page, of what is on it: printed with its key on another page, or saved as a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web.test_accessibility import FRAMES, THREE, violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def opened(page: Page, server: str, view: str) -> Locator:
    """The dialog, opened from a view's own button, or from Copy where it has none."""
    page.goto(f"{server}#{view}")
    page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
    page.evaluate(FRAMES)
    if view.startswith("learn"):
        page.get_by_role("button", name="Back-propagate").click()
    own = page.locator("#detail").get_by_role("button", name="Worksheet", exact=True)
    if view.split("/")[0] in ("neuron", "learn"):
        own.click()
    else:
        page.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="Worksheet an exercise").click()
    dialog = page.get_by_role("dialog", name="Worksheet")
    dialog.locator(".exercise-sheet").first.wait_for()
    return dialog


def answers(dialog: Locator) -> list[str]:
    return dialog.locator(".exercise-sheet strong.blank").all_inner_texts()


def pages(page: Page) -> int:
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    (count,) = re.findall(rb"/Type /Pages[^>]*?/Count (\d+)", pdf.replace(b"\n", b" "))
    return int(count)


def test_in_neuron_it_is_the_sum_of_that_neuron(page: Page, server: str) -> None:
    dialog = opened(page, server, "neuron/2/5")
    z = page.locator(".neuron-sum tr.z td").inner_text()
    a = page.locator(".neuron-sum tr.a td").inner_text()
    exercise, key = dialog.locator(".exercise-sheet").all()
    assert "Neuron 5 of layer 2" in key.inner_text()
    assert answers(dialog)[-2:] == [z, a]
    assert exercise.locator(".blank").count() == len(answers(dialog))
    assert not "".join(exercise.locator(".blank").all_inner_texts()).strip()
    assert pages(page) == 2
    dialog.get_by_role("button", name="Close").click()
    assert pages(page) == 1  # the view again


def test_in_learn_it_is_a_step_for_the_weight_that_was_chosen(page: Page, server: str) -> None:
    page.goto(f"{server}#learn/5")
    dialog = opened(page, server, "learn/5?at=3.5&w=2")
    text = dialog.locator(".exercise-sheet").last.inner_text()
    assert "shows 5" in text
    assert "from neuron 2 of layer 2 to output neuron 5" in text
    weight = page.evaluate("digitlens.network.layers[2].weights[5 * 16 + 2]")
    assert f"w = {weight:.4f}".replace("-", "−") in text
    assert len(answers(dialog)) == 4
    assert pages(page) == 2


def test_a_confusion_matrix_of_the_network_on_the_test_images(page: Page, server: str) -> None:
    dialog = opened(page, server, "compare")
    total, right, share, _, accuracy = answers(dialog)
    counted = page.evaluate("fetch('/api/images?on=test&from=0&count=1').then((answer) => answer.status)")
    assert counted == 200
    assert share == f"{100 * int(right.replace(',', '')) / int(total.replace(',', '')):.1f} %"
    assert accuracy.endswith(" %")
    box = dialog.get_by_role("checkbox", name="A neuron’s sum")
    box.check()
    dialog.get_by_text("1. A neuron’s sum").first.wait_for()
    assert dialog.locator(".exercise-sheet").count() == 4
    dialog.get_by_role("checkbox", name="One step of learning").check()
    dialog.get_by_text("3. A confusion matrix to read").first.wait_for()
    assert pages(page) == 4
    assert "0" not in dialog.locator(".exercise-sheet").first.inner_text().splitlines()


def test_another_seed_leaves_other_blanks_and_the_same_seed_the_same(page: Page, server: str) -> None:
    dialog = opened(page, server, "read")
    first = answers(dialog)
    other = dialog.get_by_role("button", name="Other blanks")
    seen = []
    for _ in range(4):
        other.click()
        page.evaluate(FRAMES)
        seen.append(answers(dialog))
    assert any(one != first for one in seen)
    dialog.get_by_label("Seed").fill("0")
    page.evaluate(FRAMES)
    assert answers(dialog) == first
    dialog.get_by_label("Seed").fill("")
    page.evaluate(FRAMES)
    assert dialog.locator(".exercise-sheet").count() == 0
    assert dialog.get_by_role("button", name="Print").is_disabled()


def test_it_is_saved_as_a_file_that_needs_nothing(page: Page, server: str, tmp_path: Path) -> None:
    dialog = opened(page, server, "neuron/3/7")
    dialog.get_by_label("Paper").select_option("black")
    page.evaluate(FRAMES)
    wanted = answers(dialog)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "sheet.html"
    download.value.save_as(file)
    html = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert "<script" not in html
    page.goto(file.as_uri())
    assert page.locator(".exercise-sheet strong.blank").all_inner_texts() == wanted
    look = "getComputedStyle(document.querySelector('.exercise-sheet')).backgroundColor"
    assert page.evaluate(look) == "rgb(0, 0, 0)"


def test_an_answer_that_is_hidden_is_not_given_away(page: Page, server: str) -> None:
    page.goto(f"{server}#neuron/2/5?hide=answer")
    page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
    page.evaluate(FRAMES)
    page.locator("#detail").get_by_role("button", name="Worksheet", exact=True).click()
    page.get_by_role("status").filter(has_text="hidden").wait_for()
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("width", [1440, 320])
def test_everybody_can_use_it(page: Page, server: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    dialog = opened(page, server, "neuron/1/3")
    assert not violations(page)
    box = dialog.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
