"""The steps by themselves: pieces, ruling, the turn, cuts, lines, and the cheapest way."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.connected_components import pieces_of
from digitlens.digits.preparation.framing import Box
from digitlens.digits.preparation.specks import connected_components
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.reading.page.cuts import cuts, thickness
from digitlens.reading.page.lines import find_lines
from digitlens.reading.page.paper import Paper, find_paper, turned
from digitlens.reading.page.parts import Part, Parts
from digitlens.reading.page.ruling import without_ruling
from digitlens.reading.page.segmentation import Choice, Evidence, _together, cheapest_way, spans_of
from digitlens.reading.page.separators import Place, separator


@given(st.integers(1, 20), st.integers(1, 20), st.floats(0, 1), st.integers(0, 2**32))
def test_pieces_are_what_a_walk_over_the_pixels_finds(rows: int, columns: int, share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random((rows, columns)) < share
    walked, n = connected_components(mask)
    found = pieces_of(mask)
    assert len(found) == n
    pairs = set(zip(walked.ravel().tolist(), found.labels.ravel().tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    for i, (top, left, bottom, right) in enumerate(found.boxes.tolist()):
        at = np.argwhere(found.labels == i + 1)
        assert [*at.min(axis=0), *(at.max(axis=0) + 1)] == [top, left, bottom, right]
        assert len(at) == found.areas[i]


@given(st.floats(-0.26, 0.26), st.integers(20, 60), st.integers(20, 60), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_a_point_of_a_turned_page_is_found_again_in_the_picture(
    turn: float, rows: int, columns: int, down: float, across: float
) -> None:
    depth = np.zeros((rows, columns), np.float32)
    row, column = int(down * rows), int(across * columns)
    depth[row, column] = 1
    level = turned(depth, turn)
    y, x = np.unravel_index(level.argmax(), level.shape)
    paper = Paper(level, 1.0, 1, turn, depth.shape)
    back = paper.in_picture(np.array([[x + 0.5, y + 0.5]]))[0]
    assert np.abs(back - [column + 0.5, row + 0.5]).max() < 1.1


def test_uneven_light_is_paper_and_writing_in_the_shadow_is_as_deep_as_in_the_light() -> None:
    light = np.tile(np.linspace(250, 90, 400), (200, 1))
    light[80:120, 50:53] *= 0.3
    light[80:120, 350:353] *= 0.3
    paper = find_paper(light.astype(np.uint8))
    assert paper.mask.sum() == 240
    assert paper.depth[100, 51] == pytest.approx(paper.depth[100, 351], abs=0.05)


def test_lines_go_and_a_stroke_across_them_stays_whole() -> None:
    depth = np.zeros((200, 400), np.float32)
    depth[50:52] = depth[120:122] = 0.6
    depth[20:90, 200:204] = 1.0
    cleaned, lines, uprights = without_ruling(depth, 0.4)
    assert lines == 2
    assert not len(uprights)
    assert (cleaned[20:90, 200:204] == 1).all()
    assert cleaned[:, :196].max() == cleaned[:, 208:].max() == 0


def test_a_cut_between_two_rings_that_a_stroke_joins_crosses_that_stroke_and_no_hole() -> None:
    ring = np.array([[math.cos(a), math.sin(a)] for a in np.linspace(0, 2 * np.pi, 40)])
    rings = [ring * 20 + [24, 24], ring * 20 + [74, 24], np.array([[44.0, 24], [54, 24]])]
    own = ink_strokes(rings, (48, 98), 1.5) > 0.5
    strips, found = cuts([own], 44.0, 0.0, [thickness(own)])[0]
    best = min(range(len(found)), key=lambda k: found[k].strokes + 10 * found[k].holes)
    assert found[best].strokes < 2
    assert found[best].holes == 0
    assert np.ptp(np.flatnonzero((own & (strips <= best)).any(axis=0))) == pytest.approx(47, abs=6)
    assert all(cut.holes > 0.3 for k, cut in enumerate(found) if k != best and cut.strokes > 1.5)


def test_thickness_is_that_of_the_pen() -> None:
    for radius in (1.5, 3.0):
        line = ink_strokes([np.array([[10.0, 10.0], [60.0, 70.0]])], (80, 80), radius) > 0.5
        assert thickness(line) == pytest.approx(2 * radius, rel=0.25)


def test_lines_that_rise_are_followed_and_small_marks_join_the_line_they_lie_in() -> None:
    mask = np.zeros((300, 600), bool)
    for i in range(8):
        for line in range(2):
            top = 150 + 100 * line - 6 * i
            mask[top : top + 40, 20 + 70 * i : 40 + 70 * i] = True
    mask[168:172, 48:60] = True  # a dash in the upper line
    lines, left_out = find_lines(pieces_of(mask))
    assert [len(line.pieces) for line in lines] == [9, 8]
    assert left_out == 0
    assert all(line.height == 40 for line in lines)


PLACE = Place(high=0.5, wide=0.5, top=0.2, foot=0.2, between=True, lean=0.0, pen=3.0)


def test_separators_are_told_by_shape_and_place() -> None:
    plus = np.zeros((30, 30), bool)
    plus[13:17] = plus[:, 13:17] = True
    assert separator(plus, PLACE)[0] == "plus"
    slash = np.zeros((60, 40), bool)
    for row in range(60):
        slash[row, 36 - row // 2 : 39 - row // 2] = True
    tall = Place(high=1.3, wide=0.6, top=-0.2, foot=-0.1, between=True, lean=0.0, pen=3.0)
    assert separator(slash, tall)[0] == "slash"
    assert separator(slash[:, ::-1], tall)[0] == ""
    full = np.ones((9, 9), bool)
    assert separator(full, Place(0.2, 0.2, 0.8, 0.0, True, 0.0, 3.0))[0] == "dot"
    assert separator(full, Place(0.35, 0.2, 0.8, -0.1, True, 0.0, 3.0))[0] == "comma"
    assert separator(full, Place(0.55, 0.2, 0.6, -0.1, True, 0.0, 3.0))[0] == "comma"  # it hangs below the digits
    assert separator(full, Place(0.55, 0.2, 0.3, 0.1, True, 0.0, 3.0))[0] == ""
    assert separator(full, Place(0.4, 0.2, 0.2, 0.4, True, 0.0, 3.0))[0] == ""
    assert separator(full, Place(0.4, 0.2, 0.2, 0.4, True, 0.0, 3.0, stacked=True))[0] == "dot"  # of a colon
    assert separator(full, Place(1.0, 0.7, 0.0, 0.0, True, 0.0, 3.0))[0] == ""


@pytest.mark.parametrize("lean", [0, 12])
def test_an_upright_bar_that_is_far_higher_than_the_digits_is_a_slash_also_if_it_is_a_little_bent(lean: int) -> None:
    rows = np.arange(90)
    bar = np.zeros((90, 30), bool)
    for row, bent in zip(rows, 2 * np.sin(np.pi * rows / 90), strict=True):
        left = 14 + round(lean * (45 - row) / 90 + bent)
        bar[row, left : left + 4] = True
    place = Place(high=1.5, wide=0.3, top=-0.3, foot=-0.2, between=True, lean=0.0, pen=4.0)
    assert separator(bar, place)[0] == "slash"
    assert separator(bar, replace(place, high=1.1))[0] == ""
    assert separator(bar, replace(place, between=False))[0] != "slash"


def test_the_cheapest_way_takes_every_part_once() -> None:
    rng = np.random.default_rng(0)
    nothing = np.zeros((28, 28), np.uint8)
    evidence = Evidence(*[0.0] * len(Evidence._fields))
    choices = [
        Choice(first, last, Box(0, 0, 1, 1), nothing, evidence, "digit")
        for first in range(6)
        for last in range(first, min(first + 3, 6))
    ]
    costs = rng.random(len(choices)).tolist()

    def ways(first: int) -> list[list[int]]:
        if first == 6:
            return [[]]
        return [[k, *rest] for k, c in enumerate(choices) if c.first == first for rest in ways(c.last + 1)]

    best = min(sum(costs[k] for k in way) for way in ways(0))
    way = cheapest_way(choices, costs, 6)
    assert sum(costs[k] for k, _ in way) == pytest.approx(best)
    assert [p for _, choice in way for p in range(choice.first, choice.last + 1)] == list(range(6))


def test_parts_of_one_piece_make_a_digit_however_low_they_are_and_low_pieces_make_none() -> None:
    def line(pieces: tuple[int, ...]) -> Parts:
        boxes = [Box(20 * (i % 2), 12 * i, 25, 14) for i in range(len(pieces))]
        parts = [Part(i + 1, box, piece, None, 1) for i, (box, piece) in enumerate(zip(boxes, pieces, strict=True))]
        return Parts(parts, np.zeros((60, 60), np.int32), boxes, [], [6.0 + 12 * i for i in range(3)], 60.0, 0.0, 3.0)

    assert (0, 2) in [span[:2] for span in spans_of(line((0, 0, 0)))]
    assert [span[:2] for span in spans_of(line((0, 1, 2)))] == [(0, 0), (1, 1), (2, 2)]


def test_a_slash_may_bend_where_it_is_so_high_that_it_can_be_no_digit() -> None:
    rows = np.arange(90)
    bent = 9 * np.sin(np.pi * rows / 89)  # pixels beside a straight line, in the middle
    slash = np.zeros((90, 60), bool)
    for row, column in zip(rows, np.rint(45 - 0.4 * rows + bent).astype(int), strict=True):
        slash[row, column : column + 4] = True
    place = Place(high=1.8, wide=0.9, top=-0.4, foot=-0.4, between=True, lean=0.1, pen=4.0)
    assert separator(slash, place)[0] == "slash"
    assert separator(slash, replace(place, high=1.45))[0] == ""  # as high as a large digit: a bent 1


def test_the_less_familiar_a_digit_is_the_more_count_the_networks_that_know_rows() -> None:
    outputs = np.tile(np.eye(10)[6], (3, 1))  # the network is sure that this is a 6
    rows = np.full((3, 11), 0.01)
    rows[:, 1] = 0.9  # those that know rows, that it is a 1
    shares = _together(outputs, rows, np.array([0.0, 0.1, 1.0]))
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares[0, 1] > shares[1, 1] > shares[2, 1]
    assert shares[0].argmax() == 1
    assert shares[0, 1] > 0.5
