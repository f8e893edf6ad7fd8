"""The fields of a recipe, written down from their declarations: the table in docs/recipes.md.

python tools/write_fields.py
"""

from __future__ import annotations

import re
from pathlib import Path

from digitlens.learning.recipe import FIELDS
from digitlens.learning.schema import GROUPS, Field

FILE = Path(__file__).parents[1] / "docs" / "recipes.md"
BEGIN, END = "<!-- written by tools/write_fields.py -->", "<!-- until here -->"


def text() -> str:
    """The table, group by group."""
    rows = [_row(field) for group in GROUPS for field in FIELDS.values() if field.group == group]
    head = ["| field | its label | what it is | values | default |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([BEGIN, "", *head, *rows, "", END])


def _row(field: Field) -> str:
    values = field.wanted_text[0].upper() + field.wanted_text[1:]
    return f"| `{field.name}` | {field.label} | {field.help} | {values} | `{field.write(field.default)}` |"


def inserted(document: str) -> str:
    """The document with the table as it is now."""
    pattern = f"{re.escape(BEGIN)}.*?{re.escape(END)}"
    assert re.search(pattern, document, re.DOTALL), f"{FILE.name} has no place for the table of fields"
    return re.sub(pattern, lambda _: text(), document, flags=re.DOTALL)


if __name__ == "__main__":
    FILE.write_text(inserted(FILE.read_text(encoding="utf-8")), encoding="utf-8")
