"""docs/environment.md names every environment variable that the code reads, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
READ, _, WORK = PAGE.partition("## What Digitlens reads")[2].partition("## When you work on Digitlens")
READ = READ.partition("## What the libraries read")[0]


def named(table: str) -> set[str]:
    """The variables in the first column of a table."""
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def read(code: str, constants: dict[str, str]) -> Iterator[str]:
    """The variables that some code reads; `constants`: names that stand for a text."""
    for node in ast.walk(ast.parse(code)):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Subscript) and _environment(node.value) and isinstance(node.ctx, ast.Load):
            parts = [node.slice]
        elif isinstance(node, ast.Compare) and any(map(_environment, node.comparators)):
            parts = [node.left]
        elif isinstance(node, ast.Call) and node.args and _reads(node.func):
            parts = [node.args[0]]
        elif isinstance(node, ast.Call) and node.args and _reads(node.args[0]):  # map(os.environ.get, (...))
            parts = list(getattr(node.args[1], "elts", node.args[1:]))
        for part in parts:
            text = constants.get(getattr(part, "id", "")) or getattr(part, "value", None)
            assert isinstance(text, str), f"an environment variable without a name: {ast.unparse(node)}"
            yield text


def _environment(node: ast.AST) -> bool:
    return ast.unparse(node) in ("os.environ", "environ")


def _reads(node: ast.AST) -> bool:
    return ast.unparse(node) in ("os.environ.get", "environ.get", "os.getenv", "getenv", "os.environ.setdefault")


def constants(files: list[Path]) -> dict[str, str]:
    """NAME = "text" of all modules."""
    found = {}
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                found |= {ast.unparse(target): node.value.value for target in node.targets}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def everything_read(*folders: str) -> set[str]:
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    known = constants(files)
    return {name for file in files for name in read(file.read_text(encoding="utf-8"), known)}


def test_every_variable_that_the_package_reads_is_in_the_page_and_no_other() -> None:
    assert everything_read("src") == named(READ)


def test_every_variable_that_tests_and_benchmarks_read_is_in_the_page_and_no_other() -> None:
    assert everything_read("tests", "benchmarks", "tools") == named(WORK)


@pytest.mark.parametrize(
    "code",
    [
        'os.environ.get("X", "")', 'os.environ["X"]', 'os.getenv("X")', '"X" in os.environ', "os.environ.get(NAME)",
        'any(map(os.environ.get, ("X",)))',
    ],
)  # fmt: skip
def test_a_variable_that_is_read_is_found(code: str) -> None:
    assert list(read(code, {"NAME": "X"})) == ["X"]


def test_a_variable_without_a_name_is_refused() -> None:
    with pytest.raises(AssertionError, match="without a name"):
        list(read("os.environ.get(f'{prefix}_DATA')", {}))
