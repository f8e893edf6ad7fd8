"""What a page can choose from that trains: recipes, their fields, and how much it may ask for.

The server tells it in the message "choices"; a static site has it in a file, which `export site` writes.
"""

from __future__ import annotations

from typing import Any

from digitlens.learning.recipe import FIELDS
from digitlens.learning.recipes import RECIPES
from digitlens.learning.schema import GROUPS

PARAMETERS, SEEDS = 1_000_000, 10  # the largest network of a page; runs on each side of a comparison


def choices() -> dict[str, Any]:
    """The recipes by name, what each is in a sentence, the fields group by group, and the limits: plain JSON values."""
    fields = sorted(FIELDS.values(), key=lambda field: GROUPS.index(field.group))
    return {
        "recipes": {name: recipe.to_json() for name, recipe in RECIPES.items()},
        "summaries": {name: recipe.summary() for name, recipe in RECIPES.items()},
        "fields": [field.to_json() for field in fields],
        "limits": {"parameters": PARAMETERS, "seeds": SEEDS},
    }
