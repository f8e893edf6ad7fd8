"""DigitlensClassifier: scikit-learn's own checks, all of them, and what they do not ask."""

from __future__ import annotations

import pickle
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.letters import letter_images

import digitlens as dl
from digitlens.learning.rows import as_bytes

if find_spec("sklearn") is None:
    pytest.skip("DigitlensClassifier was not checked: pip install scikit-learn", allow_module_level=True)

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from digitlens.sklearn import DigitlensClassifier


def small(**parameters: Any) -> DigitlensClassifier:
    return DigitlensClassifier(**{"hidden": (8,), "epochs": 20, "learning_rate": 0.03} | parameters)


def table(columns: int = 5, count: int = 90, seed: int = 0) -> tuple[Any, Any]:
    """Three clouds of points, and which each belongs to."""
    rng = np.random.default_rng(seed)
    centres, numbers = rng.normal(0, 3, (3, columns)), np.arange(count) % 3
    return centres[numbers] + rng.normal(0, 0.5, (count, columns)), np.array(["ant", "bee", "cat"])[numbers]


def test_all_checks_of_scikit_learn_pass_without_exemption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    found = check_estimator(DigitlensClassifier(), on_skip=None, on_fail=None)
    failed = {each["check_name"]: each["exception"] for each in found if each["status"] not in ("passed", "skipped")}
    skipped = {each["check_name"] for each in found if each["status"] == "skipped"}
    assert not failed
    assert len(found) > 50
    # They read SCIPY_ARRAY_API once, when SciPy is imported, and need pandas.
    assert skipped <= {"check_array_api_input", "check_classifier_data_not_an_array"}
    assert not any(each["expected_to_fail"] for each in found)


def test_its_parameters_are_the_fields_of_a_recipe_and_an_unknown_one_is_a_type_error() -> None:
    model = DigitlensClassifier(weight_decay=0.01)
    assert model.get_params() | {"hidden": (64,), "weight_decay": 0.01, "epochs": 50} == model.get_params()
    assert "weight_decay=0.0: Every step takes" in (DigitlensClassifier.__doc__ or "")
    unknown: Any = {"epohcs": 3}
    with pytest.raises(TypeError, match="no parameter 'epohcs'"):
        DigitlensClassifier(**unknown)


@pytest.mark.parametrize("columns", [1, 7, 101, 4093, 4096])
def test_any_number_of_columns_is_learned_from(columns: int) -> None:
    rows, labels = table(columns, 30)
    model = small(epochs=30).fit(rows, labels)
    assert model.score(rows, labels) > 0.9 or columns == 1
    assert model.coefs_[0].shape == (columns, 8)
    assert model.engine_ == "plain"
    assert "bytes" in model.fallback_reason_ or "compiled" in model.fallback_reason_


def test_images_bytes_and_shares_of_255_are_the_same_to_it() -> None:
    images, labels = letter_images(6)
    rows = images.reshape(len(images), -1)
    models = [
        small().fit(some, labels)
        for some in (images, rows, rows / 255, (rows / 255).astype(np.float32), images / np.float32(255))
    ]
    assert {model.engine_ for model in models} == {"compiled" if dl.load().engine == "compiled" else "plain"}
    for model in models[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(model.coefs_, models[0].coefs_, strict=True))
    assert models[0].score(images, labels) > 0.9
    assert np.array_equal(models[0].predict_proba(images), models[0].predict_proba(rows))


def test_both_engines_learn_the_same_from_bytes() -> None:
    images, labels = letter_images(3)
    fast, double = (small(precision=precision, epochs=3).fit(images, labels) for precision in ("float32", "float64"))
    assert double.engine_ == "plain"
    assert double.fallback_reason_
    for a, b in zip(fast.coefs_, double.coefs_, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_partial_fit_of_all_rows_is_an_epoch_of_fit() -> None:
    rows, labels = table()
    whole = small(epochs=4, schedule="constant").fit(rows, labels)
    parts = small(schedule="constant")
    for i in range(4):
        parts.partial_fit(rows, labels, classes=["ant", "bee", "cat"] if i == 0 else None)
    assert parts.n_iter_ == 4
    assert parts.loss_curve_ == whole.loss_curve_
    assert all(np.array_equal(a, b) for a, b in zip(parts.coefs_, whole.coefs_, strict=True))


def test_partial_fit_takes_a_class_that_comes_later_and_refuses_one_that_was_not_named() -> None:
    rows, labels = table()
    model = small().partial_fit(rows[labels != "cat"], labels[labels != "cat"], classes=["ant", "bee", "cat"])
    for _ in range(30):
        model.partial_fit(rows, labels)
    assert model.score(rows, labels) > 0.9
    with pytest.raises(ValueError, match="dog"):
        model.partial_fit(rows[:1], ["dog"])
    with pytest.raises(ValueError, match="classes"):
        small().partial_fit(rows, labels)
    with pytest.raises(ValueError, match="classes"):
        model.partial_fit(rows, labels, classes=["ant", "bee"])


def test_a_search_over_a_pipeline_finds_what_learns_better() -> None:
    rows, labels = table()
    pipeline = make_pipeline(StandardScaler(), small())
    name = "digitlensclassifier__"
    search = GridSearchCV(
        pipeline, {f"{name}learning_rate": np.array([1e-6, 0.03]), f"{name}hidden": [(4,), (8, 8)]}, cv=3
    )
    search.fit(rows, labels)
    assert search.best_params_[f"{name}learning_rate"] == 0.03
    assert search.best_score_ > 0.9
    assert cross_val_score(pipeline, rows, labels, cv=3, n_jobs=1).mean() > 0.9


def test_a_copy_a_pickle_and_another_run_answer_alike() -> None:
    rows, labels = table()
    model = small(random_state=7).fit(rows, labels)
    expected = model.predict_proba(rows)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict_proba(rows), expected)
    again = clone(model)
    with pytest.raises(NotFittedError):
        again.predict(rows)
    assert np.array_equal(again.fit(rows, labels).predict_proba(rows), expected)
    assert not np.array_equal(clone(model).set_params(random_state=8).fit(rows, labels).predict_proba(rows), expected)


def test_probabilities_are_there_for_softmax_alone() -> None:
    rows, labels = table()
    model = small().fit(rows, labels)
    np.testing.assert_allclose(model.predict_proba(rows).sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(rows)), model.predict_proba(rows))
    talk = small(output="sigmoid", cost="quadratic", activation="sigmoid").fit(rows, labels)
    assert not hasattr(talk, "predict_proba")
    assert talk.activations(rows).shape == (90, 3)


def test_more_classes_than_a_byte_can_count() -> None:
    rows, labels = np.repeat(np.eye(300, dtype=np.uint8) * 255, 3, axis=0), np.repeat(np.arange(300) * 10, 3)
    model = small(hidden=(), epochs=30, learning_rate=0.1).fit(rows, labels)
    assert model.engine_ == "plain"
    assert model.score(rows, labels) > 0.9


def test_what_it_learned_from_images_can_be_looked_into_and_saved(tmp_path: Path) -> None:
    images, labels = letter_images(6)
    reader = small().fit(images, labels).reader()
    assert reader.image_shape == (20, 24)
    assert reader.classes[:2] == ("0", "1")
    dl.save(reader, tmp_path / "some.digitlens")
    again = dl.load(tmp_path / "some.digitlens").outputs(images)
    assert np.array_equal(again, reader.outputs(images))
    with pytest.raises(dl.ShapeError, match="image_shape"):
        small().fit(*table()).reader()


@pytest.mark.parametrize(
    ("name", "value"), [("hidden", (0,)), ("epochs", 0), ("activation", "step"), ("learning_rate", float("nan"))]
)
def test_a_bad_parameter_is_a_value_error_that_names_it(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        small(**{name: value}).fit(*table())


def test_random_state_may_be_a_generator_or_none() -> None:
    rows, labels = table()
    some = [small(epochs=1, random_state=np.random.RandomState(3)).fit(rows, labels) for _ in range(2)]
    assert np.array_equal(some[0].coefs_[0], some[1].coefs_[0])
    other = [small(epochs=1, random_state=None).fit(rows, labels) for _ in range(2)]
    assert not np.array_equal(other[0].coefs_[0], other[1].coefs_[0])


@given(st.lists(st.integers(0, 255), min_size=1, max_size=50), st.sampled_from([np.float32, np.float64]))
def test_bytes_are_found_again_in_shares_of_255(numbers: list[int], kind: Any) -> None:
    rows = np.array([numbers], np.uint8)
    assert np.array_equal(as_bytes((rows / 255).astype(kind)), rows)  # type: ignore[arg-type]
    assert as_bytes((rows / 255).astype(kind) + kind(0.001)) is None


def test_what_the_page_about_it_shows_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[1] / "docs/scikit-learn.md").read_text(encoding="utf-8")
    blocks, names = re.findall(r"```python\n(.*?)```", page, re.DOTALL), dict[str, Any]()
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)
    assert names["model"].score(names["others"], names["other_labels"]) > 0.9
    assert dl.load(tmp_path / "small-digits.digitlens").image_shape == (8, 8)
