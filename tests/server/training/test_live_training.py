"""Training over the WebSocket: what a page sees of its run from the order to the end, and what it can do meanwhile."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.conftest import save
from tests.server.serving import Site
from tests.server.watching import page, training, visitors
from tests.waiting import until

from digitlens.cli.main import _run
from digitlens.digits.sources.examples import example_files
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.server.training.timing import Timing
from digitlens.storage.model_file import from_bytes, load

DOCUMENT = (Path(__file__).parents[3] / "docs/app.md").read_text(encoding="utf-8")
LONG = {"epochs": 100_000}


def pictures(folder: Path, each: int = 30) -> Path:
    """A folder of labelled pictures with three classes."""
    written = pen_digits(each * 20, seed=6).digits
    for digit in (0, 1, 7):
        (folder / str(digit)).mkdir(parents=True)
        for number, which in enumerate(np.flatnonzero(written.digits == digit)[:each]):
            save(written.images[which], folder / str(digit) / f"{number}.png", times=2)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures(tmp_path_factory.mktemp("labelled") / "three digits")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with training(folder, timing=Timing(measuring=1e9)) as site:  # every record, however busy the machine is
        yield site


@pytest.fixture(autouse=True)
def _nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capfd.readouterr().err == ""


def test_a_run_is_seen_from_its_order_to_its_end(site: Site) -> None:
    with page(site) as one:
        one.train(number=3, epochs=6, hidden=[5])
        frames = one.watches(state="finished")
        headers = [header for header, _ in frames]
        assert {header["number"] for header in headers} == {3}
        assert set(headers[-1]) - {"blocks", "type"} <= {name for name in headers[-1] if f"`{name}`" in DOCUMENT}
        assert [header["records"] for header in headers] == sorted(header["records"] for header in headers)
        header, arrays = frames[-1]
        assert (header["sizes"], header["classes"], header["epoch"]) == ([784, 5, 3], ["0", "1", "7"], 6)
        assert (header["training"] + header["recipe"]["validation"] + header["test"], header["data"]) == (90, "folder")
        assert arrays["curves"].shape == (header["records"], 7)
        assert arrays["gradients"].shape == (header["records"], 2)
        assert (arrays["pictures"].shape, arrays["pictures"].dtype) == ((5, 784), np.int8)
        assert arrays["curves"][0, 0] == 0
        assert arrays["curves"][-1, 0] == 6
        assert np.isfinite(arrays["curves"]).all()
        assert arrays["curves"][-1, 1] < arrays["curves"][0, 1]  # it has learned
        assert arrays["gradients"].min() > 0
        header, arrays = one.sees("mistakes")
        assert {"number", "record", "count", "tested", "shown"} <= set(header)
        assert arrays["confusion"].shape == (3, 3)


def test_the_first_network_is_there_before_anything_is_learned(site: Site) -> None:
    with page(site) as one:
        one.train(go="nothing")
        header, arrays = one.sees(state="paused", when=lambda header: header["records"])
        assert (header["epoch"], header["mini_batch"], header["records"], header["example"]) == (0, 0, 1, 0)
        assert len(arrays["curves"]) == 1
        one.say(type="go", how="mini_batch")
        assert one.sees(state="paused", mini_batch=1)[0]["records"] == 2
        one.say(type="go", how="example")
        header, arrays = one.sees(state="paused", example=1)
        assert header["own_way"]
        assert set(header["last_example"]) == {"index", "digit", "cost_before", "cost_after"}
        assert arrays["example"].shape == (784,)
        one.say(type="go", how="epoch")
        assert one.sees(state="paused", epoch=1)[0]["mini_batch"] == 0
        one.say(type="go", how="run")
        one.sees(state="finished")


def test_of_fifty_orders_in_a_moment_the_last_one_wins(site: Site) -> None:
    with page(site) as one:
        for number in range(1, 51):
            one.train(number, epochs=100_000 if number < 50 else 3, learning_rate=number / 50)
            if number % 10 == 0:
                time.sleep(0.02)
        numbers = [header["number"] for header, _ in one.watches(state="finished")]
        assert numbers == sorted(numbers)
        assert numbers[-1] == 50


def test_thousands_of_starts_and_pauses_leave_it_as_it_was(site: Site) -> None:
    with page(site) as one:
        one.train(go="nothing", **LONG)
        for _ in range(1_000):
            one.say(type="go", how="run")
            one.say(type="pause")
        one.say(type="ping")
        one.hears("pong")
        one.sees(state="paused", place=0)
        one.say(type="go", how="run")
        one.sees(state="running")
        one.say(type="forget")


WAYS: list[dict[str, Any]] = [
    {"epochs": 8, "seed": 5},
    {"epochs": 5, "hidden": [12, 9], "activation": "relu", "optimiser": "adam", "learning_rate": 0.002},
    {"epochs": 5, "optimiser": "momentum", "learning_rate": 0.1, "averaging": 0.9, "schedule": "cosine"},
    {"epochs": 4, "labels": "random", "augmentation": "affine", "validation": 7, "preparation": ["straighten"]},
    {"epochs": 3, "cost": "cross_entropy", "output": "softmax", "precision": "float64", "hidden": []},
]


@pytest.mark.parametrize("recipe", WAYS, ids=range(len(WAYS)))
@pytest.mark.parametrize("base", ["video", "talk"])
def test_the_copied_command_line_ends_in_the_same_bits(
    site: Site, tmp_path: Path, base: str, recipe: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with page(site) as one:
        one.train(base=base, go="nothing", **recipe)
        for how in ("mini_batch", "epoch", "run"):
            one.say(type="go", how=how)
        header, _ = one.sees(state="finished")
        answer = site.ask("GET", f"/api/runs/{one.visitor}/latest.digitlens")
    ours = from_bytes(answer.body)
    words = shlex.split(header["command"])
    assert words[:2] == ["digitlens", "train"]
    assert _run([*words[1:], "--out", str(tmp_path / "same.digitlens")]) == 0
    theirs = load(tmp_path / "same.digitlens")
    for a, b in zip(ours.network.layers, theirs.network.layers, strict=True):
        assert a.weights.tobytes() == b.weights.tobytes()
        assert a.biases.tobytes() == b.biases.tobytes()
    assert ours.recipe == theirs.recipe
    assert ours.provenance == theirs.provenance
    rows = [[{**row, "seconds": 0} for row in one.history] for one in (ours, theirs)]
    assert rows[0] == rows[1]
    assert ours.name == "trained"
    capfd.readouterr()


def test_one_can_go_back_to_any_moment_and_take_its_network_along(site: Site) -> None:
    with page(site) as one:
        one.train(number=9, epochs=3)
        count = one.sees(state="finished")[0]["records"]
        for ask, at in ((1, 0), (2, count // 2), (3, 10**9)):
            one.say(type="moment", at=at, ask=ask)
            header, arrays = one.sees("moment", ask=ask)
            record = min(at, count - 1)
            assert (header["number"], header["record"], header["measured"][6]) == (9, record, record)
            assert header["position"] == pytest.approx(header["measured"][0])
            answer = site.ask("GET", f"/api/runs/{one.visitor}/{record}.digitlens")
            weights = from_bytes(answer.body).network.layers[0].weights
            assert np.abs(arrays["pictures"] / 127 * header["strongest"] - weights).max() <= header["strongest"] / 253
        for record in (str(count), "-1", "x", "1e3", "%D9%A3", "9" * 5_000, "latest.digitlens"):
            assert site.ask("GET", f"/api/runs/{one.visitor}/{record}.digitlens").status == 404, record
        assert site.ask("GET", f"/api/runs/{'0' * 32}/0.digitlens").status == 404


def test_a_run_goes_on_without_its_page_and_is_found_again(site: Site) -> None:
    with page(site) as one:
        one.train(**LONG)
        first = one.sees(state="running", when=lambda header: header["epoch"] >= 1)[0]["records"]
        visitor = one.visitor
    with page(site, visitor) as again, page(site, visitor) as other:
        for tab in (again, other):
            header, arrays = tab.sees()
            assert (header["number"], header["state"]) == (1, "running")
            assert header["records"] >= first
            assert arrays["curves"][0, 0] == 0
        again.say(type="pause")
        assert other.sees(state="paused")[0]["records"] == again.sees(state="paused")[0]["records"]
        other.say(type="forget")


def test_a_run_that_diverges_says_so_and_another_one_can_begin(site: Site) -> None:
    with page(site) as one:
        one.train(1, learning_rate=1e6, activation="identity", output="identity", schedule="constant")
        header, _ = one.sees(state="diverged")
        assert "lower the learning rate" in header["error"]
        one.say(type="go", how="run")
        assert one.hears("refused")["field"] == "how"
        one.train(2, epochs=1)
        assert one.sees(state="finished")[0]["number"] == 2


def test_a_class_takes_turns_and_everybody_sees_their_place(folder: Path) -> None:
    timing = Timing(workers=1, turn=0.05)
    with training(folder, timing=timing) as site, page(site) as first, page(site) as second, page(site) as third:
        pages = (first, second, third)
        for one in pages:
            one.train(**LONG)
        for one in pages:
            one.sees(state="waiting", when=lambda header: header["place"] > 0)
            epoch = one.sees(state="running", place=0)[0]["epoch"]
            one.sees(state="running", when=lambda header, epoch=epoch: header["epoch"] > epoch)
        for one in pages:
            one.say(type="forget")
        until(lambda: visitors(site).queue.idle)


def test_reading_never_waits_for_training(site: Site) -> None:
    with page(site) as one, page(site) as other:
        one.train(**LONG)
        other.train(**LONG)
        one.sees(state="running", when=lambda header: header["records"] > 3)
        for digit, file in enumerate(example_files()):
            assert site.ask("POST", "/api/read", body=file.read_bytes()).json()["digit"] == digit
        assert one.sees(state="running")
        for each in (one, other):
            each.say(type="forget")
            each.say(type="pause")
            assert "no run" in each.hears("refused")["error"]
