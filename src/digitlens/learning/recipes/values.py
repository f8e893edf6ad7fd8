"""A recipe's fields as people write and say them: text into values, values into words."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from digitlens.errors import RecipeError
from digitlens.learning.recipe import Recipe

FIELDS = {field.name: field for field in dataclasses.fields(Recipe)}
FIXED = ("name", "data", "seed", "teacher")  # fields that no comparison varies
SPEAKING = ("activation", "optimiser", "cost")  # fields whose values say what they are
NONE = "none"  # for an empty tuple: no hidden layer, no adjusting


def parsed(field: str, text: str) -> Any:
    """The value that a text stands for, of that field's type. Raises RecipeError for unknown fields and other texts.

    >>> parsed("hidden", "32-16"), parsed("learning_rate", "0.1"), parsed("epochs", "5"), parsed("hidden", "none")
    ((32, 16), 0.1, 5, ())
    """
    kind = kind_of(field)
    if kind is str:
        return text
    if kind is tuple:
        parts = [] if text == NONE else re.split(r"[-+]", text)
        return tuple(_number(field, part, int) for part in parts) if field == "hidden" else tuple(parts)
    return _number(field, text, kind)


def kind_of(field: str) -> type:
    """Of which type the values of a field are that can be varied. Raises RecipeError for any other.

    >>> kind_of("epochs"), kind_of("learning_rate")
    (<class 'int'>, <class 'float'>)
    """
    if field not in FIELDS or field in FIXED:
        known = ", ".join(name for name in FIELDS if name not in FIXED)
        raise RecipeError(f"{str(field)[:80]!r} cannot be varied; it is one of {known}")
    return type(FIELDS[field].default)


def _number(field: str, text: str, kind: type) -> Any:
    try:
        if text.isascii() and "_" not in text:
            return kind(text)
    except ValueError:
        pass
    wanted = "whole numbers" if kind is int else "numbers"
    raise RecipeError(f"{field}: wants {wanted}, got {text[:40]!r}")


def spoken(value: Any) -> str:
    """A field's name or value in a sentence.

    >>> spoken("learning_rate"), spoken((16, 16)), spoken(0.75), spoken("relu"), spoken(())
    ('learning rate', '16-16', '0.75', 'ReLU', 'none')
    """
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or NONE
    if isinstance(value, float):
        return f"{value:g}"
    return {"relu": "ReLU"}.get(str(value), str(value).replace("_", " "))


def called(field: str, value: Any) -> str:
    """What to call a recipe that has this value, where the others have another one.

    >>> called("activation", "relu"), called("learning_rate", 0.1)
    ('ReLU', 'learning rate 0.1')
    """
    return spoken(value) if field in SPEAKING else f"{spoken(field)} {spoken(value)}"
