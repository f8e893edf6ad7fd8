"""docs/limits.md keeps its word: each bound is the constant that it names, and is held by a test that exists."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "s": 1, "ms": 1e-3, "min": 60, "h": 3_600, "days": 86_400}
UNITS |= {"%": 0.01, "megapixels": 1e6}


def rows() -> list[list[str]]:
    """The cells of all rows of all tables, without their heads."""
    lines = (ROOT / "docs/limits.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] != "what" and set(row[0]) != {"-", " "} and set(row[0]) != {"-"}]


ROWS = rows()


def bound(text: str) -> float:
    """The number that a cell begins with, in its unit.

    >>> bound("64 KiB"), bound("1,024"), bound("30 min")
    (65536.0, 1024.0, 1800.0)
    """
    found = re.match(r"([\d,.]+) ?([A-Za-z%]*)", text)
    assert found, f"{text!r} does not begin with a number"
    return float(found[1].replace(",", "")) * UNITS[found[2]]


def constant(name: str) -> float:
    """What the code says: `storage.model_file:LIMITS.size` is an attribute of a constant, or a default of a class."""
    module, _, path = name.partition(":")
    value = importlib.import_module(f"digitlens.{module}")
    for part in path.split("."):
        fields = {field.name: field for field in dataclasses.fields(value)} if isinstance(value, type) else {}
        value = fields[part].default if part in fields else getattr(value, part)
    return float(value)


@cache
def functions_of(path: str) -> set[str]:
    file = ROOT / path
    assert file.is_file(), f"there is no {path}"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_there_are_limits() -> None:
    assert len(ROWS) > 10
    assert {len(row) for row in ROWS} == {5}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_bound_is_that_of_the_code(row: list[str]) -> None:
    _, said, name, happens, _ = row
    assert happens
    if name != "–":  # no constant of ours: what happens elsewhere, or several together
        assert bound(said) == pytest.approx(constant(name.strip("`")), rel=1e-9)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_bound_is_held_by_a_test_that_exists(row: list[str]) -> None:
    path, _, name = row[-1].strip("`").partition("::")
    assert name.startswith("test_")
    assert name in functions_of(path)


def test_a_bound_that_is_wrong_and_a_test_that_is_none_are_found_out() -> None:
    for said in ("512 KiB", "500"):
        with pytest.raises(AssertionError):
            test_a_bound_is_that_of_the_code(["x", said, "`server.sharing.budgets:CONNECTIONS`", "503", ""])
    for name in ("tests/test_limits.py::test_of_nothing", "tests/nowhere.py::test_it"):
        with pytest.raises(AssertionError):
            test_a_bound_is_held_by_a_test_that_exists(["x", "1", "–", "503", f"`{name}`"])
