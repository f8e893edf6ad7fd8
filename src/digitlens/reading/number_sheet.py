"""A sheet for the person who checks what was read: every number beside its crop, doubtful ones first. One HTML file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from digitlens.digits.png import png
from digitlens.digits.preparation.grey_levels import as_bytes
from digitlens.markup import text
from digitlens.reading.page.numbers import Number

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page
    from digitlens.reading.regions import Field

MOST = 5_000  # numbers of a sheet; of more, the plainest are left out
HIGH, WIDE = 64, 640  # pixels: a larger crop is reduced
MARGIN = 0.3  # of the number's height, around it

_STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: 6px 16px 6px 0; border-bottom: 1px solid #8884; vertical-align: middle }
td.number { font-size: 1.4em; font-variant-numeric: tabular-nums; white-space: nowrap }
td.where { opacity: .75; overflow-wrap: anywhere }
tr.doubtful td.number::before { content: "? "; color: #C9500C }
img { max-width: 100%; display: block; background: #fff }
"""


@dataclass(eq=False)
class NumberSheet:
    """Collects the numbers of pages, and writes them as HTML without scripts, which needs nothing from outside."""

    _rows: list[tuple[tuple[bool, float], str]] = field(default_factory=list)  # how doubtful it is, and its HTML
    _numbers: int = 0
    _doubtful: int = 0

    def add(self, file: str, found: Page | Mapping[str, Field]) -> None:
        """Add all numbers of a page, or of the fields of a form. file: what it is called."""
        if isinstance(found, Mapping):
            for one in found.values():
                self._add(f"{file}, {one.name}", one.page)
        else:
            self._add(file, found)

    def _add(self, where: str, page: Page) -> None:
        for number in page.numbers:
            self._numbers += 1
            self._doubtful += number.doubtful is True
            sure = 2.0 if number.confidence is None else number.confidence
            self._rows.append(((number.doubtful is not True, sure), _row(where, page, number)))
        if len(self._rows) > 2 * MOST:
            self._cut()

    def _cut(self) -> None:
        self._rows.sort(key=lambda one: one[0])
        del self._rows[MOST:]

    def html(self) -> str:
        """The whole document: the most doubtful number first."""
        self._cut()
        left_out = self._numbers - len(self._rows)
        more = f"; {left_out:,} plain ones are left out" if left_out else ""
        rows = "\n".join(html for _, html in self._rows)
        return (
            "<!doctype html>\n<html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
            f"<title>Numbers to check</title><style>{_STYLE}</style>\n<h1>Numbers to check</h1>\n"
            f"<p>{self._doubtful:,} of {self._numbers:,} numbers are doubtful, and stand first{more}.</p>\n"
            "<table><thead><tr><th>in the picture</th><th>read as</th><th>confidence</th><th>or</th><th>where</th></tr>"
            f"</thead><tbody>\n{rows}\n</tbody></table></html>\n"
        )


def _row(where: str, page: Page, number: Number) -> str:
    sure = "" if number.confidence is None else f"{number.confidence:.1%}"
    others = ", ".join(f"{other} ({share:.0%})" for other, share in number.alternatives if share >= 0.01)
    mark = " class='doubtful'" if number.doubtful else ""
    picture = base64.b64encode(_crop(page, number)).decode()
    return (
        f"<tr{mark}><td><img src='data:image/png;base64,{picture}' alt='the writing that was read as "
        f"{text(number.text)}'></td><td class='number'>{text(number.text)}</td><td>{sure}</td><td>{text(others)}</td>"
        f"<td class='where'>{text(where)}, line {number.line + 1}</td></tr>"
    )


def _crop(page: Page, number: Number) -> bytes:
    """The writing with a margin, as the bytes of a small PNG file."""
    scale = page.reduction
    margin = round(MARGIN * number.height)
    top, left = max(0, number.top - margin) // scale, max(0, number.left - margin) // scale
    bottom, right = (number.top + number.height + margin) // scale, (number.left + number.width + margin) // scale
    grey = as_bytes(page.grey[top : bottom + 1, left : right + 1])
    step = max(1, -(-grey.shape[0] // HIGH), -(-grey.shape[1] // WIDE))
    rows, columns = (side // step * step for side in grey.shape)
    blocks = grey[:rows, :columns].reshape(rows // step, step, columns // step, step)
    return png(np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8))
