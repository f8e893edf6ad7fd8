"""The reducers behind Train and Compare: what the server tells, in whatever order, and what the buttons then say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.twins.test_train import CHOICES, ask

from digitlens.learning.recipes import RECIPES

RUN, COMPARISON = "train/run_state.js", "train/comparison_state.js"
FIELDS = ["learning_rate", "hidden"]  # that have a place of their own for what is wrong with them
Event = dict[str, Any]
GREETED: Event = {"type": "choices", "choices": CHOICES}
SILENCE: Event = {"type": "silence"}


def run(number: int = 1, state: str = "running", **header: Any) -> Event:
    """A frame of a run of the recipe `video`."""
    recipe = {**RECIPES["video"].to_json(), **header.pop("recipe", {})}
    usual = {"number": number, "state": state, "recipe": recipe, "base": "video", "data": "mnist", "records": 2}
    told = {"place": 0, "epoch": 1, "mini_batch": 0, "batches": 1875, "example": 0, "seconds": 1.5, "error": "oh no"}
    return {"type": "run", "frame": {"header": {**usual, **told, **header}}}


def request(number: int) -> Event:
    return {"type": "request", "number": number}


def shown(*events: Event, settings: dict[str, str] | None = None, here: bool = True) -> dict[str, Any]:
    """What Train shows after these events."""
    (answer,) = ask([RUN, "shownOf", {"after": list(events)}, settings or {}, here, FIELDS])
    answer.pop("what", None)
    return dict(answer)


def test_before_the_server_has_answered_nothing_can_be_started() -> None:
    assert shown(here=False)["disabled"]
    assert "server" in shown(here=False)["plan"]
    assert not shown(GREETED)["disabled"]
    assert shown(GREETED)["main"] == "Start"


@pytest.mark.parametrize(
    ("state", "label", "disabled"),
    [
        ("running", "Pause", False),
        ("waiting", "Pause", False),
        ("paused", "Continue", False),
        ("interrupted", "Continue from epoch 1", False),
        ("finished", "Start again", False),
        ("diverged", "Start again", False),
        ("failed", "Start again", False),
    ],
)
def test_the_large_button_says_what_comes_next(state: str, label: str, disabled: bool) -> None:
    now = shown(GREETED, run(state=state))
    assert (now["main"], now["mainDisabled"]) == (label, disabled)
    assert now["stepsDisabled"] == (state in ("finished", "diverged", "failed"))
    assert now["busy"] == (state in ("running", "waiting"))


def test_other_settings_wait_for_the_next_start_and_a_run_under_way_can_be_paused_all_the_same() -> None:
    paused = shown(GREETED, run(state="paused"), settings={"learning_rate": "2"})
    assert paused["main"] == "Start again"
    assert "changed" in paused["note"]
    wrong = shown(GREETED, run(), settings={"learning_rate": "much"})
    assert (wrong["main"], wrong["mainDisabled"], wrong["note"]) == ("Pause", False, "")
    assert set(wrong["errors"]) == {"learning_rate"}
    assert shown(GREETED, run(state="paused"), settings={"learning_rate": "much"})["mainDisabled"]


def test_another_trainer_knows_nothing_of_the_run_before() -> None:
    other = shown(GREETED, request(9), run(9), {"type": "trainer"}, GREETED, SILENCE)
    assert other == shown(GREETED, SILENCE)
    assert shown(GREETED, request(9), {"type": "trainer"}, GREETED, run(3, "finished"))["doing"] == "finished"


def test_what_answers_an_older_request_comes_too_late() -> None:
    late = shown(GREETED, run(1, "paused"), request(7), run(6, "finished"))
    assert late["main"] == shown(GREETED, run(1, "paused"))["main"]
    assert shown(GREETED, request(7), run(7))["busy"]
    refusal = {"type": "refused", "refusal": {"field": "", "error": "no", "number": 6}}
    assert shown(GREETED, request(7), refusal)["trouble"] == ""
    assert shown(GREETED, request(6), refusal)["trouble"] == "no"


def test_a_refusal_stands_at_its_field_until_something_is_changed() -> None:
    refused = {"type": "refused", "refusal": {"field": "hidden", "error": "too large", "number": 1}}
    now = shown(GREETED, request(1), refused)
    assert (now["errors"], now["trouble"], now["disabled"]) == ({"hidden": "too large"}, "", True)
    assert shown(GREETED, request(1), refused, {"type": "edit"})["errors"] == {}
    elsewhere = {"type": "refused", "refusal": {"field": "seed", "error": "too odd", "number": 1}}
    assert "too odd" in shown(GREETED, request(1), elsewhere)["trouble"]


def test_a_comparison_takes_the_runs_place_until_a_newer_run_comes() -> None:
    compared: Event = {"type": "comparison", "number": 5}
    replaced = shown(GREETED, run(4), compared)
    assert not replaced["busy"]
    assert "comparison" in replaced["status"]
    assert replaced["main"] == "Start again"
    assert shown(GREETED, run(4), compared, run(6))["busy"]
    assert shown(GREETED, compared, run(6))["busy"]


def test_a_server_that_tells_of_no_run_has_lost_it() -> None:
    lost = shown(GREETED, run(), GREETED, SILENCE)
    assert "restarted" in lost["status"]
    assert lost["main"] == "Start again"
    assert shown(GREETED, run(), GREETED, run(), SILENCE)["busy"]  # it has told of it in time
    assert "restarted" not in shown(GREETED, SILENCE)["status"]  # nothing was there to be lost
    assert shown(GREETED, run(), GREETED, SILENCE, request(1), run(1))["busy"]


def test_when_the_server_is_gone_what_came_stays_and_nothing_can_be_pressed() -> None:
    gone = shown(GREETED, run(), here=False)
    assert gone["mainDisabled"]
    assert gone["disabled"]
    assert "gone" in gone["note"]


@pytest.mark.parametrize(
    ("events", "settings", "expected"),
    [
        ((GREETED, SILENCE), {"live": "1"}, True),  # nothing is trained yet
        ((GREETED, SILENCE), {}, False),  # it is switched off
        ((GREETED, run(recipe={"epochs": 3})), {"live": "1"}, False),  # these are the settings of the run
        ((GREETED, run(recipe={"epochs": 3})), {"live": "1", "learning_rate": "2"}, True),
        ((GREETED, run(1, recipe={"epochs": 3}), request(2)), {"live": "1"}, True),  # another run is on its way
    ],
)
def test_live_trains_again_when_the_settings_are_others(
    events: tuple[Event, ...], settings: dict[str, str], expected: bool
) -> None:
    state = {"after": list(events)}
    assert ask([RUN, "mustFollow", state, settings], [RUN, "isNew", state, settings]) == [expected, True]


def test_live_waits_for_a_run_that_the_server_may_still_tell_of() -> None:
    assert ask([RUN, "isNew", {"after": [GREETED]}, {}]) == [False]


def compared(number: int = 1, state: str = "running", **header: Any) -> Event:
    shared = {**RECIPES["video"].to_json(), "epochs": 10, "learning_rate": 0.2}  # what a comparison begins with
    recipes = [{**shared, "activation": name} for name in ("sigmoid", "relu")]
    usual = {"number": number, "state": state, "recipes": recipes, "data": "mnist", "seeds": 6, "done": 3, "all": 12}
    return {
        "type": "comparison",
        "frame": {"header": {**usual, "place": 0, "seconds": 2.0, "error": "oh no", **header}},
    }


def compare_shows(*events: Event, settings: dict[str, str] | None = None, here: bool = True) -> dict[str, Any]:
    (answer,) = ask([COMPARISON, "shownOf", {"after": list(events)}, settings or {}, here, ["first", "second"]])
    return dict(answer)


def test_a_comparison_can_be_stopped_continued_and_is_replaced_by_a_run() -> None:
    assert compare_shows(GREETED)["button"] == "Compare"
    assert compare_shows(GREETED, compared())["button"] == "Stop"
    assert compare_shows(GREETED, compared())["progress"] == 0.25
    paused = compared(state="paused")
    assert compare_shows(GREETED, paused)["button"] == "Continue"
    assert compare_shows(GREETED, paused, settings={"seeds": "8"})["button"] == "Compare"
    replaced: Event = {"type": "run", "number": 2}
    assert compare_shows(GREETED, paused, replaced)["button"] == "Compare"
    assert compare_shows(GREETED, compared(), replaced)["busy"] is False
    assert compare_shows(GREETED, compared(state="failed"))["trouble"] == "oh no"
    assert compare_shows(GREETED, compared(), here=False)["disabled"]


def test_a_comparison_that_answers_an_older_request_is_not_shown() -> None:
    assert compare_shows(GREETED, request(3), compared(2))["status"] == ""
