"""Every value of a public class: short at a prompt, harmless in a notebook, and the same after a pickle."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.public_values import NOT_MADE, same, values
from tests.reading.test_hostile_html import EVIL, check

import digitlens as dl

CLASSES = [name for name in dl.__all__ if isinstance(getattr(dl, name), type)]
VALUES = [name for name in CLASSES if not issubclass(getattr(dl, name), Exception) and name not in NOT_MADE]
RESULTS = [  # what people ask for, and look at in a notebook
    *("Reader", "Reading", "Page", "Evaluation", "Prepared", "NeuronSum", "Steps", "WeightChain"),
    *("DataSet", "Digits", "PenDigits", "Run", "Record", "Recipe", "Compared", "Swept"),
]


def test_there_is_one_of_every_class() -> None:
    assert set(values()) == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_a_prompt_shows_it_on_one_short_line(name: str) -> None:
    shown = repr(values()[name])
    assert "\n" not in shown
    assert len(shown) <= 120
    assert name in shown


@pytest.mark.parametrize("name", VALUES)
def test_it_is_the_same_after_a_pickle_and_a_copy(name: str) -> None:
    value = values()[name]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert same(pickle.loads(pickle.dumps(value, protocol)), value)
    assert same(copy.deepcopy(value), value)


def test_what_is_not_the_same_is_found() -> None:
    steps, network = values()["Steps"], values()["Network"]
    assert not same(replace(steps, targets=steps.targets + 1), steps)
    assert not same(replace(steps, network=network), steps)
    assert not same(replace(values()["Recipe"], epochs=3), values()["Recipe"])
    assert not same(np.zeros(3), np.zeros(3, np.float32))


def test_what_was_pickled_works_as_before() -> None:
    steps: dl.Steps = pickle.loads(pickle.dumps(values()["Steps"]))
    assert steps.take_step(0.1) == values()["Steps"].take_step(0.1)
    reader: dl.Reader = pickle.loads(pickle.dumps(values()["Reader"]))
    image = dl.pen_digits(1).digits.images
    assert same(reader.outputs(image), values()["Reader"].outputs(image))
    run: dl.Run = pickle.loads(pickle.dumps(dl.train(values()["Recipe"], values()["DataSet"])))
    assert [record.epoch for record in run] == [1, 2]


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_a_result_in_little_harmless_html(name: str) -> None:
    html = values()[name]._repr_html_()
    check(html)
    assert len(html) < 100_000


def evil() -> list[Any]:
    """Results whose every name is an attack."""
    data = values()["DataSet"]
    few = replace(data, name=EVIL[:90], source=EVIL, classes=tuple(f"{EVIL[:80]}{i}" for i in range(10)))
    run = dl.train("video", few, epochs=1, hidden=(4,), validation=20, name=EVIL[:90])
    records = list(run)
    reader = run.reader()
    page = values()["Page"]
    page = replace(page, notes=(EVIL,), _picture=replace(page._picture, path=EVIL, network=EVIL))
    compared = values()["Compared"]
    sides = tuple(replace(side, name=EVIL) for side in compared.sides)
    rows = [dict(row) | {"recipe": dict(row["recipe"]) | {"name": EVIL}} for row in values()["Swept"].rows]
    return [
        few,
        few.training,
        run,
        run.recipe,
        *records,
        reader,
        reader.evaluate(few.test),
        reader.read(few.test.images[0]),
        page,
        replace(compared, sides=sides),
        dl.Swept(tuple(rows)),
        replace(values()["NeuronSum"], function=EVIL),
        values()["Prepared"],
    ]


def test_nothing_that_a_name_holds_is_taken_for_html() -> None:
    for value in evil():
        check(value._repr_html_())
