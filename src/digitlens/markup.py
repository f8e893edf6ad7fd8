"""HTML as a notebook shows it: small blocks and tables that need nothing from outside, and no scripts.

Text takes the page's own colour and lies on the page's own background, so both light and dark pages suit it. All text
is escaped, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from digitlens.files.naming import shown

BOX = "font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;color:inherit;background:transparent"
FAINT = "opacity:.75"
_CELL = "padding:1px 10px 1px 0;background:transparent"


def text(value: object) -> str:
    r"""Any value as text: control characters made visible, and nothing taken for HTML.

    >>> text("a<b\x1b"), text(0.25), text(None)
    ('a&lt;b\\x1b', '0.25', '')
    """
    if value is None:
        return ""
    return escape(shown(f"{value:.4g}" if isinstance(value, float) else str(value))[1:-1])


def block(title: object, *parts: str, about: object = "") -> str:
    """A title in bold, something about it in grey, and the parts, which are HTML, each on lines of its own."""
    grey = f" <span style='{FAINT}'>{text(about)}</span>" if about else ""
    return f"<div style='{BOX}'><div><b>{text(title)}</b>{grey}</div>{''.join(parts)}</div>"


def paragraph(said: object) -> str:
    """A paragraph of text."""
    return f"<div style='max-width:50em'>{text(said)}</div>"


def lines(said: str) -> str:
    """Text whose lines and spaces stay as they are."""
    kept = "<br>".join(text(line) for line in said.split("\n"))
    return f"<div style='font-family:ui-monospace,monospace;white-space:pre'>{kept}</div>"


def table(head: Sequence[object], rows: Iterable[Sequence[object]], bold: int | None = None) -> str:
    """A table; numbers stand at the right. bold: the row that is marked, counted from 0.

    >>> print(table(["layer"], [[1]]).count("<tr>"))
    2
    """
    found = [list(row) for row in rows]

    def cell(value: object, tag: str, weight: str) -> str:
        side = "right" if isinstance(value, int | float) and not isinstance(value, bool) else "left"
        style = f"{_CELL};text-align:{side};font-weight:{weight};font-variant-numeric:tabular-nums"
        return f"<{tag} style='{style}'>{text(value)}</{tag}>"

    body = "".join(
        f"<tr>{''.join(cell(value, 'td', 'bold' if i == bold else 'normal') for value in row)}</tr>"
        for i, row in enumerate(found)
    )
    top = "".join(cell(value, "th", "bold") for value in head)
    style = "border-collapse:collapse;margin:6px 0"
    return f"<table style='{style}'><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def pairs(rows: Iterable[tuple[object, object]]) -> str:
    """Names and values beside each other."""
    cells = "".join(f"<div style='{FAINT}'>{text(name)}</div><div>{text(value)}</div>" for name, value in rows)
    return f"<div style='display:grid;grid-template-columns:max-content auto;gap:0 14px;margin:6px 0'>{cells}</div>"
