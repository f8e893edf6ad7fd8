"""A Reader reads: arrays, files and bytes alike, and says only what it knows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.reading.test_familiarity import familiarity

from digitlens.digits.dataset import Digits
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.errors import FileError, PictureError, ShapeError
from digitlens.learning.recipe import Recipe
from digitlens.network.activations import identity
from digitlens.network.network import Layer, Network
from digitlens.reading.calibration import Calibration, fit_calibration
from digitlens.reading.evaluation import evaluate
from digitlens.reading.reader import Reader

UNTRAINED = Reader(Recipe().initial_network(), "untrained")


def seven() -> np.ndarray:
    """A large seven, dark on light, (200, 160) uint8."""
    page = np.full((200, 160), 255, np.uint8)
    page[40:52, 40:120] = 0
    for row in range(52, 170):
        column = 110 - (row - 52) // 2
        page[row, column : column + 12] = 0
    return page


def test_a_picture_is_read_alike_as_array_file_bytes_and_pillow_image(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    Image.fromarray(seven()).save(path)
    readings = [UNTRAINED.read(one) for one in (seven(), path, str(path), path.read_bytes(), Image.open(path))]
    for reading in readings:
        assert np.array_equal(reading.activations, readings[0].activations)
        assert reading.trace.a[0].shape == (784,)
        assert reading.activations.shape == (10,)
    assert [reading.path for reading in readings] == [None, str(path), str(path), None, None]


def test_a_reading_becomes_json_with_the_fields_that_are_real() -> None:
    reading = UNTRAINED.read(seven())
    answer = json.loads(json.dumps(reading.to_json(), allow_nan=False))
    assert list(answer) == ["path", "digit", "activations", "network"]
    assert answer["path"] is None
    assert answer["digit"] == int(np.argmax(reading.activations)) == reading.digit
    assert len(answer["activations"]) == 10
    assert answer["activations"] == pytest.approx(reading.activations.tolist(), abs=5e-7)
    assert answer["network"] == "untrained"
    assert reading.label == str(reading.digit)
    assert reading.reason == ""


def test_what_a_reader_can_judge_stands_in_its_readings() -> None:
    judging = replace(UNTRAINED, familiarity=replace(familiarity(), threshold=0.0), calibration=Calibration(2.0))
    reading = judging.read(seven())
    answer = json.loads(json.dumps(reading.to_json(), allow_nan=False))
    assert list(answer) == ["path", "digit", "activations", "network", "is_digit", "familiarity", "confidence"]
    assert answer["is_digit"] is reading.is_digit is True
    framed = reading.prepared.stages[-1].image
    assert judging.familiarity
    assert reading.familiarity == judging.familiarity.of(framed[None])[0]
    assert answer["familiarity"] == pytest.approx(reading.familiarity, abs=5e-7)
    assert judging.calibration
    assert reading.confidence == judging.calibration.confidence(reading.trace.z[-1])
    assert UNTRAINED.read(seven()).is_digit is None


def test_what_is_unlike_any_digit_is_refused_with_its_best_guess() -> None:
    strict = replace(UNTRAINED, familiarity=replace(familiarity(), threshold=1.0), adjusting=("straighten",))
    reading = strict.read(seven())
    answer = reading.to_json()
    assert (answer["is_digit"], answer["reason"]) == (False, "unlike any digit")
    assert answer["digit"] == reading.digit
    assert "confidence" not in answer
    assert "no digit (unlike any digit)" in repr(reading)
    assert strict.familiarity
    centred = next(stage.image for stage in reading.prepared.stages if stage.name == "centred")
    assert reading.familiarity == strict.familiarity.of(centred[None])[0]  # judged before it was straightened


def test_without_ink_there_is_no_familiarity_to_speak_of() -> None:
    answer = replace(UNTRAINED, familiarity=familiarity()).read(np.full((60, 40), 255, np.uint8)).to_json()
    assert (answer["is_digit"], answer["reason"]) == (False, "too little ink")
    assert "familiarity" not in answer


def test_a_reader_is_calibrated_on_digits_that_it_reads_behind_its_own_steps() -> None:
    digits = pen_digits(300, seed=5).digits
    for steps in ((), ("straighten",)):
        plain = replace(UNTRAINED, adjusting=steps)
        sums = np.concatenate([trace.z[-1] for trace in plain.traces(digits.images)])
        assert plain.calibrated(digits).calibration == fit_calibration(sums, digits.digits)
        assert plain.calibration is None


@pytest.mark.parametrize("page", [np.full((60, 40), 255, np.uint8), np.zeros((28, 28), np.uint8), np.ones((9, 9))])
def test_a_page_without_ink_gets_a_reading_that_says_so(page: np.ndarray) -> None:
    reading = UNTRAINED.read(page)
    answer = reading.to_json()
    assert answer["is_digit"] is False
    assert answer["reason"] == reading.reason == "too little ink"
    assert 0 <= answer["digit"] <= 9
    assert not reading.trace.a[0].any()
    assert "no digit (too little ink)" in repr(reading)


def test_classes_that_are_no_digits_are_named() -> None:
    names = tuple("abcdefghij")
    reading = Reader(Recipe().initial_network(), "letters", classes=names).read(seven())
    assert reading.to_json()["label"] == reading.label == names[reading.digit]
    assert reading.label in repr(reading)


def test_a_network_in_float64_reads_in_float64() -> None:
    reading = Reader(Recipe(precision="float64").initial_network()).read(seven())
    assert {part.dtype for part in (*reading.trace.z, *reading.trace.a)} == {np.dtype(np.float64)}


def test_an_adjusting_step_is_applied_and_kept_as_a_stage() -> None:
    reading = Reader(Recipe().initial_network(), adjusting=("straighten",)).read(seven())
    assert reading.prepared.stages[-1].name == "straighten"
    assert not np.array_equal(reading.prepared.image, UNTRAINED.read(seven()).prepared.image)


def test_what_is_no_picture_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    for picture in (tmp_path / "x.png", b"no picture", b""):
        with pytest.raises(PictureError):
            UNTRAINED.read(picture)
    with pytest.raises((FileError, PictureError)):
        UNTRAINED.read(tmp_path / "missing.png")


def framed(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, 28, 28)).astype(np.uint8)


@pytest.mark.parametrize("count", [1, 999, 1_000, 1_001, 2_500])
def test_many_pictures_are_read_in_pieces_and_alike(count: int) -> None:
    images = framed(count)
    outputs = UNTRAINED.outputs(images)
    assert outputs.shape == (count, 10)
    whole = UNTRAINED.network.forward(images.reshape(count, 784) * np.float32(1 / 255)).a[-1]
    np.testing.assert_allclose(outputs, whole, rtol=1e-5)
    assert sum(len(trace.a[0]) for trace in UNTRAINED.traces(images)) == count


@pytest.mark.parametrize(
    "images",
    [
        framed(0), framed(3) / 255, framed(3).reshape(3, 784), framed(3)[:, None], framed(3)[:, :27],
        framed(3).astype(bool), np.array(5, np.uint8), framed(1)[0],
    ],
)  # fmt: skip
def test_pictures_that_are_not_framed_are_refused(images: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"framed pictures \(n, 28, 28\) in uint8"):
        UNTRAINED.outputs(images)


def test_to_evaluate_no_digits_is_refused() -> None:
    with pytest.raises(ShapeError):
        UNTRAINED.evaluate(Digits(framed(0), np.zeros(0, np.uint8)))


def mirror() -> Reader:
    """A reader whose ten outputs hold the first ten pixels: it reads whichever is darkest."""
    weights = np.zeros((10, 784), np.float32)
    weights[:, :10] = np.eye(10)
    return Reader(Network((Layer(weights, np.zeros(10, np.float32)),), (identity,)), "mirror")


def test_evaluation_is_what_counting_by_hand_gives() -> None:
    # shown 1 1 1 2 2 9, read as 1 1 7 2 9 9
    shown, read = np.array([1, 1, 1, 2, 2, 9], np.uint8), [1, 1, 7, 2, 9, 9]
    images = np.zeros((6, 28, 28), np.uint8)
    for image, digit, ink in zip(images, read, [255, 200, 100, 50, 210, 90], strict=True):
        image[0, digit] = ink
    result = mirror().evaluate(Digits(images, shown))
    assert result.images == 6
    assert result.accuracy == 4 / 6
    assert result.read.tolist() == read
    assert result.per_digit == [None, 2 / 3, 1 / 2, *[None] * 6, 1.0]
    right = np.zeros((10, 10), int)
    right[1, 1], right[1, 7], right[2, 2], right[2, 9], right[9, 9] = 2, 1, 1, 1, 1
    assert np.array_equal(result.confusion_matrix, right)
    assert result.wrong().tolist() == [4, 2]  # the mistake it was more certain of comes first
    answer = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert list(answer) == ["network", "parameters", "images", "accuracy", "per_digit", "classes", "confusion_matrix"]
    assert (answer["network"], answer["parameters"], answer["images"]) == ("mirror", 7850, 6)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50))
@settings(max_examples=60)
def test_the_confusion_matrix_holds_every_picture_once(pairs: list[tuple[int, int]]) -> None:
    shown, read = (np.array(column, np.uint8) for column in zip(*pairs, strict=True))
    result = evaluate(np.eye(5)[read], shown, "x", 1)
    assert result.confusion_matrix.sum() == len(pairs)
    assert result.accuracy == pytest.approx(np.mean(shown == read))
    assert len(result.wrong()) == sum(shown != read)
    for digit, share in enumerate(result.per_digit):
        of = [r == digit for s, r in pairs if s == digit]
        assert share == (pytest.approx(np.mean(of)) if of else None)


@pytest.mark.parametrize(
    ("outputs", "digits"),
    [
        (np.zeros((0, 10)), np.zeros(0, np.uint8)), (np.zeros((3, 10)), np.zeros(2, np.uint8)),
        (np.zeros(10), np.zeros(10, np.uint8)), (np.zeros((2, 10)), np.array([1, 10])),
        (np.zeros((2, 10)), np.array([1, -1])), (np.zeros((2, 10)), np.array([1.0, 2.0])),
        (np.zeros((2, 10)), np.array(["1", "2"])), (np.zeros((2, 10)), np.zeros((2, 1), np.uint8)),
        (np.zeros((1, 10)), np.array(3)), (np.zeros(()), np.array(3)),
    ],
)  # fmt: skip
def test_outputs_and_digits_that_do_not_fit_are_refused(outputs: Any, digits: Any) -> None:
    with pytest.raises(ShapeError, match=r"evaluate\(\) wants"):
        evaluate(outputs, digits, "x", 1)


def test_a_reader_introduces_itself() -> None:
    assert repr(UNTRAINED) == "<Reader untrained: 784-16-16-10, 13,002 weights and biases>"
