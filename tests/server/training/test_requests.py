"""What a page may not ask for is answered with the field that is at fault and a clear word, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.serving import Site
from tests.server.training.test_live_training import pictures
from tests.server.watching import Page, page, training
from tests.waiting import until
from websockets.sync.client import connect

from digitlens.errors import DataError
from digitlens.learning import recipes
from digitlens.server.training import requests as orders
from digitlens.server.training.data_sets import DataSets, Progress

NONE: dict[str, Any] = {}


class Sets(DataSets):
    """MNIST can be fetched once; the download itself is tested in tests/digits/sources."""

    asked = 0

    def download(self, progress: Progress) -> None:
        self.asked += 1
        if self.asked > 1:
            raise DataError("there is no way out of here")
        for done in range(0, 101, 10):
            progress("train-images", done, 100)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = pictures(tmp_path_factory.mktemp("labelled") / "three")
    with training(folder, sets=Sets(str(folder))) as site:
        yield site


@pytest.fixture(scope="module")
def visitor(site: Site) -> Iterator[Page]:
    """A page with a run that rests, which nothing in here may change."""
    with page(site) as one:
        one.train(5, go="nothing")
        one.sees(state="paused", when=lambda header: header["records"])
        yield one


@pytest.fixture(autouse=True)
def _and_it_goes_on(visitor: Page, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    visitor.say(type="moment", at=0, ask=77)
    header, _ = visitor.sees("moment", ask=77)
    assert (header["number"], header["record"]) == (5, 0)
    assert capfd.readouterr().err == ""


RECIPES: list[tuple[str, dict[str, Any]]] = [
    ("hidden", {"hidden": [0]}),
    ("hidden", {"hidden": [10_000]}),
    ("hidden", {"hidden": [16] * 9}),
    ("hidden", {"hidden": [-1]}),
    ("hidden", {"hidden": ["16"]}),
    ("hidden", {"hidden": [1.5]}),
    ("hidden", {"hidden": [True]}),
    ("hidden", {"hidden": 16}),
    ("hidden", {"hidden": "16,16"}),
    ("hidden", {"hidden": [4096, 4096]}),
    ("hidden", {"hidden": [1_300]}),
    ("hidden", {"hidden": [10**400]}),
    ("learning_rate", {"learning_rate": 1e9}),
    ("learning_rate", {"learning_rate": -1}),
    ("learning_rate", {"learning_rate": "fast"}),
    ("learning_rate", {"learning_rate": None}),
    ("mini_batch", {"mini_batch": 0}),
    ("mini_batch", {"mini_batch": 10**7}),
    ("epochs", {"epochs": 0}),
    ("epochs", {"epochs": 100_001}),
    ("epochs", {"epochs": 1.0}),
    ("seed", {"seed": -1}),
    ("seed", {"seed": 2**64}),
    ("activation", {"activation": "swish"}),
    ("activation", {"activation": "softmax"}),
    ("activation", {"activation": ["relu"]}),
    ("output", {"output": "x" * 10_000}),
    ("cost", {"cost": "cross_entropy", "output": "relu"}),
    ("optimiser", {"optimiser": "luck"}),
    ("momentum", {"momentum": 1}),
    ("schedule", {"schedule": ""}),
    ("initialisation", {"initialisation": "zero"}),
    ("labels", {"labels": "false"}),
    ("preparation", {"preparation": ["iron"]}),
    ("preparation", {"preparation": ["straighten"] * 2_000}),
    ("augmentation", {"augmentation": "none "}),
    ("precision", {"precision": "float16"}),
    ("weight_decay", {"weight_decay": 2}),
    ("averaging", {"averaging": 1}),
    ("validation", {"validation": -1}),
    ("validation", {"validation": 80}),
    ("validation", {"validation": 1_000_000}),
    ("teacher", {"teacher": "video"}),
    ("recipe", {"name": "mine"}),
    ("", {"colour": "red"}),
    ("", {"": 1}),
]


@pytest.mark.parametrize(("field", "recipe"), RECIPES, ids=[str(recipe)[:40] for _, recipe in RECIPES])
def test_a_value_without_sense_is_refused_by_its_field(visitor: Page, field: str, recipe: dict[str, Any]) -> None:
    visitor.say(type="train", number=6, recipe=recipe, base="video", data="folder", go="run")
    answer = visitor.hears("refused")
    assert (answer["number"], answer["field"]) == (6, field)
    assert 10 < len(answer["error"]) < 400
    if field:
        assert field.split("_")[0] in answer["error"]
    visitor.say(type="compare", number=8, recipes=[{}, recipe], base="video", data="folder", seeds=2)
    answer = visitor.hears("refused")
    assert answer["number"] == 8
    assert answer["field"] in (field, "recipes", "epochs")


TRAIN = {"type": "train", "number": 6, "recipe": {}, "base": "video", "data": "folder", "go": "run"}
COMPARE = {"type": "compare", "number": 6, "recipes": [{}, {"seed": 1}], "base": "video", "data": "folder", "seeds": 2}
MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("number", TRAIN | {"number": None}),
    ("number", TRAIN | {"number": -1}),
    ("number", TRAIN | {"number": 1.5}),
    ("number", TRAIN | {"number": True}),
    ("number", TRAIN | {"number": 2**53 + 1}),
    ("number", TRAIN | {"number": "6"}),
    ("recipe", TRAIN | {"recipe": None}),
    ("recipe", TRAIN | {"recipe": [["epochs", 3]]}),
    ("base", TRAIN | {"base": "audio"}),
    ("base", TRAIN | {"base": None}),
    ("data", TRAIN | {"data": "../../etc"}),
    ("data", TRAIN | {"data": ["folder"]}),
    ("go", TRAIN | {"go": "away"}),
    ("go", TRAIN | {"go": None}),
    ("recipes", COMPARE | {"recipes": [{}]}),
    ("recipes", COMPARE | {"recipes": {"a": {}, "b": {}}}),
    ("recipes", COMPARE | {"recipes": [{}, {}]}),
    ("recipes", COMPARE | {"recipes": [{}, None]}),
    ("seeds", COMPARE | {"seeds": 0}),
    ("seeds", COMPARE | {"seeds": 11}),
    ("seeds", COMPARE | {"seeds": "many"}),
    ("epochs", COMPARE | {"recipes": [{"epochs": 201}, {"epochs": 201, "seed": 1}]}),
    ("how", {"type": "go", "how": "home"}),
    ("how", {"type": "go", "how": ["run"]}),
    ("how", {"type": "go", "how": {}}),
    ("how", {"type": "go", "how": ""}),
    ("at", {"type": "moment", "ask": 1}),
    ("at", {"type": "moment", "at": -1, "ask": 1}),
    ("ask", {"type": "moment", "at": 1, "ask": None}),
    ("visitor", {"type": "visit"}),
    ("visitor", {"type": "visit", "visitor": "f" * 31}),
    ("visitor", {"type": "visit", "visitor": "F" * 32}),
    ("visitor", {"type": "visit", "visitor": "../" * 10 + "ab"}),
    ("visitor", {"type": "visit", "visitor": "０" * 32}),
    ("visitor", {"type": "visit", "visitor": ["0" * 32]}),
]


@pytest.mark.parametrize(("field", "message"), MESSAGES, ids=[json.dumps(message)[:60] for _, message in MESSAGES])
def test_a_message_without_sense_is_refused(visitor: Page, field: str, message: dict[str, Any]) -> None:
    visitor.say(**message)
    answer = visitor.hears("refused")
    assert answer["field"] == field
    assert 10 < len(answer["error"]) < 400
    assert type(answer["number"]) is int


@pytest.mark.parametrize("kind", ["train", "compare", "go", "pause", "moment", "forget", "download"])
def test_who_has_not_said_who_they_are_is_asked_to(site: Site, kind: str) -> None:
    with connect(f"ws://{site.host}/api/live", proxy=None) as socket:
        one = Page(socket, "")
        assert one.hear()["type"] == "hello"
        one.say(type=kind)
        assert "visit" in one.hears("error")["error"]


def test_who_has_no_run_is_told_so(site: Site) -> None:
    with page(site) as one:
        for kind in ("go", "pause", "moment", "forget"):
            one.say(type=kind)
            assert "no run" in one.hears("refused")["error"]


def test_numbers_beyond_json_are_no_recipe(visitor: Page) -> None:
    for number in ("NaN", "Infinity", "-Infinity"):
        visitor._socket.send(json.dumps(TRAIN).replace('"recipe": {}', f'"recipe": {{"learning_rate": {number}}}'))
        assert "not a number in JSON" in visitor.hears("error")["error"]
    visitor._socket.send(json.dumps(TRAIN).replace('"recipe": {}', '"recipe": {"learning_rate": 1e999}'))
    assert visitor.hears("refused")["field"] == "learning_rate"


def test_a_mini_batch_that_would_fill_the_memory_is_refused() -> None:
    fields = {"hidden": [1_000], "mini_batch": 60_000}
    assert orders.recipe_of("video", fields, 100).mini_batch == 60_000
    with pytest.raises(orders.Refused, match=r"mini_batch: at most 1\d,\d{3} at a time"):
        orders.recipe_of("video", fields, 60_000)
    assert orders.recipe_of("video", {"mini_batch": 60_000}, 60_000)  # all of MNIST at once, by a small network
    with pytest.raises(orders.Refused, match="mini_batch"):
        orders.recipe_of("video", {"mini_batch": 60_000, "precision": "float64"}, 60_000)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_mini_batch_that_would_keep_a_pause_waiting_is_refused(precision: str) -> None:
    """A run that is paused works until the end of its mini-batch, and holds a thread for so long."""
    large: dict[str, Any] = {"hidden": [900, 250], "precision": precision}
    with pytest.raises(orders.Refused, match="mini_batch"):
        orders.recipe_of("video", large | {"mini_batch": 20_000}, 60_000)
    assert orders.recipe_of("video", large | {"mini_batch": 100}, 60_000)
    for name in recipes.RECIPES:  # and none of these
        assert orders.recipe_of(name, {}, 60_000)


def test_all_that_can_be_chosen_is_said_and_can_be_chosen(site: Site) -> None:
    with page(site) as one:
        one.say(type="visit", visitor=one.visitor)
        choices = one.hears("choices")
        assert set(choices["recipes"]) == {"video", "talk", "video-best", "straight", "reader"}
        assert choices["cores"] >= 1
        folder = next(item for item in choices["data"] if item["name"] == "folder")
        assert (folder["here"], folder["training"] + folder["test"]) == (True, 90)
        assert {item["name"] for item in choices["data"]} == {"mnist", "pen", "folder"}
        number = 0
        for declared in choices["fields"]:
            for value, _ in declared["choices"] if declared["option"] else ():
                number += 1
                field = declared["name"]
                fields: dict[str, Any] = {field: [value] if declared["kind"] == "choices" else value}
                if value == "cross_entropy":
                    fields["output"] = "softmax"
                one.train(number, epochs=1, **fields)
                header, _ = one.sees(number=number, when=lambda header: header["state"] in ("finished", "diverged"))
                assert header["recipe"][field] == fields[field]


def test_mnist_is_fetched_when_asked_and_everybody_hears_how_far_it_is(site: Site) -> None:
    with page(site) as one, page(site) as other:
        one.say(type="download")
        for each in (one, other):
            until(lambda each=each: each.hears("download")["ended"])
        other.say(type="download")
        for each in (one, other):
            heard = each.hears("download")
            assert (heard["ended"], heard["error"]) == (True, "there is no way out of here")
            assert {item["name"] for item in heard["data"]} == {"mnist", "pen", "folder"}
