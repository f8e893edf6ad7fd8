"""docs/api/ says what the code says: a page for every public name, and in it every field, method and parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tools.write_api import FOLDER, Field, Function, Name, names, pages

NAMES = names()
AGAIN = "run `python tools/write_api.py`"


def untold(one: Name) -> Iterator[str]:
    """What nothing is said of: the name itself, a field, a function, or one of its parameters."""
    if not one.text:
        yield one.name
    for field in one.fields:
        if not field.text:
            yield f"{one.name}.{field.name}"
    for function in one.functions:
        said = f"{function.text}\n{one.text if function.name == '__init__' else ''}"
        if not said.strip():
            yield f"{one.name}.{function.name}()"
        for parameter in function.parameters:
            if not re.search(rf"\b{parameter}\b", said):
                yield f"{one.name}.{function.name}({parameter})"


@pytest.mark.parametrize("one", NAMES, ids=lambda one: one.name)
def test_everything_public_is_documented(one: Name) -> None:
    assert list(untold(one)) == []


def test_what_is_not_documented_is_found() -> None:
    made = Name(
        "Made", "here", "class", "A value.", (Function("read", "read(it)", "Read.", ("it",), "str", "str"),),
        (Field("size", "int", "", ""), Field("kind", "str", "", "which kind")),
    )  # fmt: skip
    assert list(untold(made)) == ["Made.size", "Made.read(it)"]
    assert list(untold(replace(made, text="", fields=(), functions=()))) == ["Made"]


def test_the_pages_are_those_that_the_code_gives() -> None:
    wanted = pages()
    found = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    assert set(found) == set(wanted), AGAIN
    assert [name for name, text in wanted.items() if found[name] != text] == [], AGAIN


def test_no_two_pages_have_one_name_where_letters_have_one_size() -> None:
    assert len({name.lower() for name in pages()}) == len(pages())
