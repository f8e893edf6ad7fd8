"""What is said follows from the figures: constructed ones, of which it is known what must be said."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.laboratory.found import NEURONS, conditions, first, probed, probes, second, study

from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.study import BEFORE, RANDOM, SECOND, SHUFFLED
from digitlens.laboratory.verdict import (
    ANSWERS,
    counts,
    first_layer_verdict,
    mean_area,
    means,
    second_layer_verdict,
    verdicts,
    whole_layer_verdict,
)

SEVEN = [13, 14, 15, 14, 13, 14, 15]  # of 16 neurons, in seven networks: 14 on average


def test_where_most_neurons_are_edges_and_no_control_has_any_the_answer_is_yes() -> None:
    verdict = first_layer_verdict(conditions(SEVEN, explained=0.45, expected=0.25))
    assert (verdict.question, verdict.answer) == ("Does the first hidden layer find edges and bars?", "yes")
    how_many, how_well, how_smooth = verdict.sentences
    assert all(piece in how_many for piece in ("14.0 of 16 neurons", "13 to 15 in the 7 networks"))
    assert "0.0 (before training), 0.0 (pixels shuffled), 0.0 (random labels)" in how_many
    for piece in ("explains 45%", "explains 25%", "20.0 percentage points", "95 % interval 20.0 to 20.0"):
        assert piece in how_well
    assert all(piece in how_smooth for piece in ("0.70, and 60%", "waves of 7 pixels"))
    assert "0.70 and 60% (before training), 0.70 and 60% (pixels shuffled)" in how_smooth


def test_a_correlation_of_nothing_has_no_sign_and_one_below_nothing_has() -> None:
    figures = conditions(SEVEN)
    figures[BEFORE] = tuple(replace(layer, smooth=np.full(NEURONS, -0.001)) for layer in figures[BEFORE])
    figures[RANDOM] = tuple(replace(layer, smooth=np.full(NEURONS, -0.1)) for layer in figures[RANDOM])
    how_smooth = first_layer_verdict(figures).sentences[2]
    assert "0.00 and 60% (before training)" in how_smooth
    assert "−0.10 and 60% (random labels)" in how_smooth
    assert "−0.00" not in how_smooth


def test_where_some_neurons_are_edges_the_answer_is_partly() -> None:
    verdict = first_layer_verdict(
        conditions([4, 5, 3, 4, 4, 4, 4], [0] * 7, [0, 1, 0, 0, 0, 0, 0], [1, 2, 0, 1, 1, 1, 1])
    )
    assert verdict.answer == "partly"
    assert all(piece in verdict.sentences[0] for piece in ("4.0 of 16 neurons", "3 to 5 in the 7 networks"))
    assert "0.0 (before training), 0.1 (pixels shuffled), 1.0 (random labels)" in verdict.sentences[0]


@pytest.mark.parametrize("found", [[0] * 7, [0, 0, 1, 0, 0, 1, 0]], ids=["none", "one now and then"])
def test_where_hardly_any_neuron_is_an_edge_the_answer_is_no(found: list[int]) -> None:
    assert first_layer_verdict(conditions(found)).answer == "no"


@pytest.mark.parametrize("control", [BEFORE, SHUFFLED, RANDOM])
def test_where_any_control_has_as_many_the_answer_is_no_however_many_there_are(control: str) -> None:
    figures = conditions(SEVEN)
    figures[control] = tuple(first(n) for n in SEVEN[::-1])
    verdict = first_layer_verdict(figures)
    assert verdict.answer == "no"
    assert f"14.0 ({control})" in verdict.sentences[0]


def test_three_quarters_are_most_and_less_is_some() -> None:
    assert first_layer_verdict(conditions([12] * 7)).answer == "yes"
    assert first_layer_verdict(conditions([12] * 6 + [11])).answer == "partly"
    assert first_layer_verdict(conditions([1] * 7)).answer == "partly"  # 1 of 16 is more than 5 %


@pytest.mark.parametrize("seeds", [1, 2, 6])
def test_too_few_networks_can_say_nothing_of_the_first_layer(seeds: int) -> None:
    verdict = first_layer_verdict(conditions([16] * seeds))
    assert verdict.answer == "cannot say"
    (sentence,) = verdict.sentences
    assert ("1 network is" if seeds == 1 else f"{seeds} networks are") in sentence
    assert "at least 7" in sentence


def test_where_most_neurons_of_the_second_layer_tell_a_part_the_answer_is_yes() -> None:
    verdict = second_layer_verdict([second([3, 12])] * 6, [second()] * 6)
    assert (verdict.question, verdict.answer) == ("Does the second hidden layer find loops and lines?", "yes")
    for piece in ("12.0 of 16 neurons", "at least 0.75", "a loop (3.0 neurons), a loop above (12.0 neurons)."):
        assert piece in verdict.sentences[0]


def test_where_some_do_it_is_partly_and_the_sentences_hold_the_figures() -> None:
    verdict = second_layer_verdict([second([2, 1]), *[second([1])] * 5], [second([1], clearest=0.7)] * 6)
    assert verdict.answer == "partly"
    how_many, how_well, caused = verdict.sentences
    assert "1.2 of 16 neurons" in how_many
    assert "a loop (1.2 neurons), a loop above (0.2 neurons)." in how_many
    assert "reaches 0.80 within digits, 0.70 before training" in how_well
    assert "seems to reach 0.97" in how_well, "a neuron that is less active for a part detects it, too"
    for piece in ("by 0.50", "by 0.12", "by 0.75", "by 0.25", "30%, 10%, 40% and 20% of these pictures"):
        assert piece in caused
    assert "costs 25% of one digit's accuracy" in caused


def test_where_none_does_the_answer_is_no_and_no_part_is_named() -> None:
    verdict = second_layer_verdict([second([1, 1], clearest=0.74)] * 6, [second()] * 6)
    assert verdict.answer == "no"
    assert "0.0 of 16 neurons" in verdict.sentences[0]
    assert not any(name in verdict.sentences[0] for name in PARTS)


def test_what_was_there_before_training_was_not_learned() -> None:
    assert second_layer_verdict([second([3, 12])] * 6, [second([3, 12])] * 6).answer == "no"


@pytest.mark.parametrize("seeds", [1, 5])
def test_too_few_networks_can_say_nothing_of_the_second_layer(seeds: int) -> None:
    verdict = second_layer_verdict([second([16])] * seeds, [second()] * seeds)
    assert verdict.answer == "cannot say"
    assert "at least 6" in verdict.sentences[0]


def test_where_a_probe_reads_every_kind_clearly_and_training_put_them_there_the_answer_is_yes() -> None:
    verdict = whole_layer_verdict(probed((0.8, 0.76, 0.77), (0.6, 0.7)), 16)
    assert "second hidden layer as a whole" in verdict.question
    assert verdict.answer == "yes"
    how, loops, strokes, ends, so = verdict.sentences
    assert "all 16 neurons together" in how
    pieces = ("Loops: 0.80", "shuffled labels 0.50", "Before training it was 0.60", "added 0.20 (99.2", "0.71", "0.81")
    assert all(piece in loops for piece in pieces)
    assert all(piece in strokes for piece in ("Long strokes: 0.76", "0.72", "0.82"))
    assert ends.startswith("Ends and junctions: 0.77")
    assert all(piece in so for piece in ("loops, long strokes, ends and junctions clearly", "0.75"))


@pytest.mark.parametrize(
    ("whole", "before", "answer", "said"),
    [
        (
            (0.74, 0.74),
            (0.6, 0.6),
            "partly",
            ("training added 0.14", "training added 0.14", "loops, long strokes a little. ("),
        ),
        (
            (0.8, 0.6),
            (0.7, 0.8),
            "partly",
            ("training added 0.10", "training took 0.20 away", "taught it loops clearly. ("),
        ),
        ((0.8, 0.8), (0.8, 0.9), "no", ("no clear difference", "training took 0.10 away", "none of them. (")),
        ((0.5, 0.5), (0.4, 0.4), "no", ("training added 0.10", "training added 0.10", "none of them. (")),
    ],
    ids=["faint", "only loops", "not more than before", "not more than shuffled labels"],
)
def test_what_is_faint_or_was_there_before_is_not_known_as_a_whole(
    whole: tuple[float, float], before: tuple[float, float], answer: str, said: tuple[str, str, str]
) -> None:
    verdict = whole_layer_verdict(probed(whole, before), 16)
    assert verdict.answer == answer
    _, loops, strokes, _, so = verdict.sentences
    assert all(piece in sentence for piece, sentence in zip(said, (loops, strokes, so), strict=True))


def test_what_differs_by_chance_alone_is_hardly_ever_said_to_be_known() -> None:
    rng, said = np.random.default_rng(12), 0
    for _ in range(60):
        drawn = {
            name: tuple(probes(*(0.7 + 0.05 * rng.normal(size=3))) for _ in range(8)) for name in probed((0.7, 0.7))
        }
        said += whole_layer_verdict(drawn, 16).answer != "no"
    assert said <= 6  # 60 draws at 5 % would give 3; the interval has two sides, and one of them speaks


@pytest.mark.parametrize("seeds", [1, 7])
def test_too_few_networks_can_say_nothing_of_the_whole(seeds: int) -> None:
    verdict = whole_layer_verdict(probed((0.9, 0.9), seeds=seeds), 16)
    assert verdict.answer == "cannot say"
    assert "at least 8" in verdict.sentences[0]


def test_a_kind_of_which_no_digit_says_anything_is_not_known() -> None:
    nothing = probed((0.9, float("nan")), (0.6, float("nan")))
    verdict = whole_layer_verdict(nothing, 16)
    assert verdict.answer == "partly"
    assert "Long strokes: no digit has enough pictures" in verdict.sentences[2]
    assert mean_area(nothing[SECOND], ("a loop", "a long falling stroke")) == pytest.approx([0.9] * 8)


def test_what_is_read_is_the_mean_over_the_parts_of_which_something_can_be() -> None:
    layers = [probes(0.7, 0.9), probes(0.5, 0.6)]
    assert mean_area(layers, ("a loop", "a long vertical stroke", tuple(PARTS)[-1])) == pytest.approx([0.8, 0.55])
    assert mean_area(layers, ("a loop",), "control").tolist() == [0.5, 0.5]


def test_there_is_a_verdict_on_each_layer_that_there_is() -> None:
    both = verdicts(study())
    assert [verdict.answer for verdict in both] == ["yes", "partly", "partly"]
    assert [verdict.answer for verdict in verdicts(study(hidden=(16,)))] == ["yes"]
    assert [verdict.answer for verdict in verdicts(study(seeds=2))] == ["cannot say"] * 3
    for verdict in both:
        assert verdict.answer in ANSWERS
        assert json.loads(json.dumps(verdict.to_json(), allow_nan=False)) == verdict.to_json()
        assert verdict.to_json()["sentences"] == list(verdict.sentences)


def test_counts_are_shares_of_the_neurons_and_means_go_over_them() -> None:
    layers = [first(4), replace(first(8), explained=np.linspace(0, 1, NEURONS))]
    assert counts(layers).tolist() == [0.25, 0.5]
    assert means(layers) == pytest.approx([0.4, 0.5])
