"""A hurried hand leaves lines between its digits and lifts the pen early; a patient one does not."""

from __future__ import annotations

import numpy as np

from digitlens.digits.synthetic.pen.hurry import FAR, HOOK, LIFTED, lifted_early, link
from digitlens.digits.synthetic.pen.rows import Sheet, drawings_by_digit, sheet

STROKE = np.stack([np.zeros(40), np.linspace(0, 60, 40)], axis=1)  # a 1


def test_a_stroke_that_is_lifted_early_keeps_its_beginning() -> None:
    for seed in range(50):
        kept = lifted_early([STROKE, STROKE], np.random.default_rng(seed))
        assert kept[0] is STROKE
        assert (1 - LIFTED) * 40 - 1 <= len(kept[1]) <= 40
        np.testing.assert_array_equal(kept[1], STROKE[: len(kept[1])])


def test_a_line_hangs_on_the_digits_that_it_reaches() -> None:
    hung = set()
    for seed in range(60):
        line, of_first, of_second = link(STROKE, STROKE + np.array([30, 0]), 60, np.random.default_rng(seed))
        assert of_first == np.allclose(line[0], STROKE[-1])
        assert of_second == np.allclose(line[-1], STROKE[0] + np.array([30, 0]))
        assert of_first or of_second
        hung.add((of_first, of_second))
    assert hung == {(True, True), (True, False), (False, True)}


def test_over_a_long_way_the_pen_is_lifted() -> None:
    far = STROKE + np.array([2 * FAR * 60, 0])
    for seed in range(30):
        line, of_first, of_second = link(STROKE, far, 60, np.random.default_rng(seed))
        assert of_first
        assert not of_second
        assert line[:, 0].max() <= 2 * HOOK * far[0, 0]


def test_a_hurried_row_has_lines_that_belong_to_its_digits_and_a_patient_one_has_none() -> None:
    def row(hurry: float) -> Sheet:
        return sheet(
            ["1000 3"], np.random.default_rng(4), hands=drawings_by_digit(5, 1_000, everywhere=True), hurry=hurry
        )

    patient, hurried = row(0.0), row(1.0)
    assert patient.digits == hurried.digits == "10003"
    assert not any(patient.links)
    assert len(hurried.links) == len(hurried.drawings) == 5
    assert not hurried.links[4]  # a space before it
    lines = {id(line) for links in hurried.links for line in links}
    assert len(lines) == 3
    assert len(hurried.strokes) == sum(map(len, hurried.drawings)) + 3
