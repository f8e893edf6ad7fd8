"""The page makes the worksheet that `digitlens worksheet` makes: the same exercises, blanks and answers from a seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.exports.test_worksheet import answers, words
from tests.web.twins.node import ask, file_of, floats, in_float64

import digitlens
from digitlens.digits.sources.examples import example_files
from digitlens.exports.worksheet import worksheet
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader


@pytest.fixture(scope="module", params=["video", "straight", "reader"])
def reader(request: pytest.FixtureRequest) -> Reader:
    shipped: Reader = digitlens.load(request.param)
    return replace(shipped, network=in_float64(shipped.network))


def test_the_same_seed_gives_the_same_exercises(reader: Reader) -> None:
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 9, (10, 10)) + 90 * np.eye(10, dtype=int)
    labels, read = (np.repeat(k.ravel(), counts.ravel()) for k in np.indices(counts.shape))
    evaluation = Evaluation(reader.name, 0, np.eye(10)[read], labels.astype(np.uint8), counts)
    readings = [reader.read(path) for path in example_files()]
    wanted = [{"seed": 7 * i, "target": (i + 3) % 10} for i in range(len(readings))]
    images = floats(np.stack([one.trace.a[0] for one in readings]))
    found = ask("worksheets", network=file_of(reader), images=images, wanted=wanted, counts=counts.tolist())
    for exercises, reading, one in zip(found, readings, wanted, strict=True):
        sheets = worksheet(reader, reading, **one, evaluation=evaluation)
        python = [word for sheet in sheets[:2] for word in words(sheet.svg())]
        for word in shown(exercises):
            assert word in python, (one, word)
        assert blanks(exercises) == answers(sheets), one


def cells(exercises: list[dict[str, Any]]) -> list[Any]:
    """What stands in tables and beside questions, in its order."""
    found: list[Any] = []
    for exercise in exercises:
        found += [cell for row in exercise["rows"] for cell in row]
        found += [question["blank"] for question in exercise["questions"]]
    return found


def shown(exercises: list[dict[str, Any]]) -> list[str]:
    asked = [question["asked"] for exercise in exercises for question in exercise["questions"]]
    return asked + [cell for cell in cells(exercises) if isinstance(cell, str) and cell]


def blanks(exercises: list[dict[str, Any]]) -> list[str]:
    return [cell["answer"] for cell in cells(exercises) if isinstance(cell, dict)]
