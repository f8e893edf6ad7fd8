"""The options that change fields of a recipe, the same for every command that trains: made from its declarations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.terminal import load_data
from digitlens.errors import RecipeError
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.schema import Field

METAVARS = {
    "choice": "NAME",
    "choices": "NAME-NAME",
    "integer": "NUMBER",
    "integers": "N-N",
    "number": "NUMBER",
    "text": "TEXT",
}


def recipe_options(f: Any) -> Any:
    """Adds an option for every field that has one to a command, in the order of their declaration."""
    fields = [field for field in FIELDS.values() if field.option]
    return reduce(lambda command, field: _option(field)(command), reversed(fields), f)


def _option(field: Field) -> Any:
    def parse(context: click.Context, option: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else field.parse(text)
        except RecipeError as error:
            problem = str(error).removeprefix(f"{field.name}: ")
            raise click.BadParameter(problem, context, option) from error

    return click.option(field.flag, field.name, metavar=METAVARS[field.kind], callback=parse, help=option_help(field))


def option_help(field: Field) -> str:
    """What --help says: the declaration's help, and which names there are.

    >>> option_help(FIELDS["cost"])
    'How wrong an answer is, as one number (quadratic, cross_entropy).'
    """
    return f"{field.help.removesuffix('.')} ({', '.join(field.choices())})." if field.choices else field.help


def given(changes: dict[str, Any]) -> dict[str, Any]:
    """The fields that were given."""
    return {field: value for field, value in changes.items() if value is not None}


def digits_for(recipe: Recipe, data: str | None, **how: Any) -> Any:
    """What --data names; without it MNIST wherever it is, or what the recipe was made for. how: see load_data()."""
    from digitlens.learning.training import named_for

    return load_data(named_for(recipe, data), **how)


def check_drawings(outputs: Mapping[str, str | None], what: str, *ends: str) -> None:
    """Before anything is trained: figures can be drawn, and files of that kind written where they are wanted.

    outputs: the file of each option, None where it was not given; what: what is written, for the words, such as
    "figures are written as PNG"; ends: of its name. Raises MissingExtra, UsageError, and FileError.
    """
    named = [path for path in outputs.values() if path is not None]
    if not named:
        return
    from digitlens.figures.theme import available

    available()
    if not all(path.lower().endswith(ends) for path in named):
        raise click.UsageError(f"{what}; give it a name that ends in {ends[0]}")
    check_outputs(outputs)
