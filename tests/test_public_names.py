"""The public names: one list, known to type checkers, light to import, and closed: what a name gives has a name too."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import pkgutil
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from tools.write_api import Name, names

import digitlens as dl

NAMES = {one.name: one for one in names()}
INIT = ast.parse(Path(dl.__file__).read_text(encoding="utf-8"))


def test_a_type_checker_is_told_of_the_same_names_from_the_same_places() -> None:
    block = next(node for node in INIT.body if isinstance(node, ast.If))
    imported = {
        alias.asname: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == alias.asname
    }
    assert imported == {one.name: one.module for one in NAMES.values()}
    assert set(imported) == set(dl.__all__)
    assert set(dl.__all__) < set(dir(dl))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_what_its_module_calls_so(name: str) -> None:
    value = getattr(dl, name)
    assert value is getattr(importlib.import_module(NAMES[name].module), name)
    assert getattr(value, "__name__", name) == name
    assert inspect.getdoc(value)


def test_these_names_are_promised() -> None:
    promised = """
    Record Trace Steps NeuronSum DigitBox Prepared Swept Compared Reading Reader Page Recipe DataSet Digits
    Evaluation Stage Range Network Layer Run DigitlensError compare data explain load mnist pen_digits read read_page
    save sweep train backward adam momentum gradient_descent initialise cost_for one_hot"""
    assert set(promised.split()) <= set(dl.__all__)


def ours() -> set[str]:
    """Every class of the package that does not begin with an underscore."""
    found = set[str]()
    for module in pkgutil.walk_packages(dl.__path__, "digitlens."):
        spec = importlib.util.find_spec(module.name)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            continue
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        found |= {node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"}
    return found


def words(one: Name) -> set[str]:
    """The words in the types of its fields, and of what its functions take and give."""
    types = [*(each.type for each in one.fields), *(function.annotations for function in one.functions)]
    return set(re.findall(r"[A-Za-z_]+", " ".join(types)))


UNPACKED = {"RecipeChanges"}  # the keyword arguments of train(): they stand in the page of Recipe, field by field


def test_whatever_a_public_name_takes_or_gives_has_a_public_name() -> None:
    classes = ours()
    assert {"Reader", "Paper", "Journal"} <= classes
    hidden = {(name, word) for name, one in NAMES.items() for word in words(one) & classes - set(NAMES) - UNPACKED}
    assert hidden == set()


def test_a_name_that_is_gone_leads_to_the_new_one_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(dl)["_RENAMED"], "Lector", "Reader")
    with pytest.warns(DeprecationWarning, match=r"digitlens\.Lector is called digitlens\.Reader now"):
        assert vars(dl)["__getattr__"]("Lector") is dl.Reader
    assert "Lector" not in dl.__all__


def _old(call: Any) -> Any:
    with pytest.warns(DeprecationWarning, match="is called") as said:
        value = call()
    assert said[0].filename == __file__  # it points to whoever uses the old name
    return value


def test_old_names_of_methods_and_arguments_work_and_say_the_new_ones() -> None:
    written = dl.pen_digits(60, seed=4).digits
    few = dl.DataSet("few", "a few pen digits", written[:50], written[50:])
    steps = dl.explain(written.images[0], target=2)
    chain = steps.weight(1, 0, 300)
    assert _old(lambda: steps.wishes()) == steps.output_gradients()
    assert _old(lambda: chain.asked) == chain.terms
    run = dl.train("video", few)
    assert _old(lambda: run.lessons) is run.split
    _old(lambda: few.test.known_by("0" * 64))
    assert few.test.fingerprint() == "0" * 64
    told: list[tuple[int, int]] = []
    old: dict[str, Any] = {"heard": lambda *now: told.append(now)}
    _old(lambda: dl.sweep({"epochs": [1]}, data=few, **old))
    assert told == [(0, 1), (1, 1)]
    with pytest.raises(dl.UsageError, match="leave heard out"), warnings.catch_warnings():
        dl.sweep({"epochs": [1]}, data=few, on_progress=print, **old)
