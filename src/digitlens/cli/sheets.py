"""Sheets for paper as files: what `worksheet` and `explain --out` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitlens.cli.outputs import check_outputs
from digitlens.errors import UsageError
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from digitlens.exports.paper import Sheet

ENDINGS = (".html", ".htm", ".svg")


def check_sheets(file: str) -> None:
    """Raise UsageError for a name that ends otherwise, FileError where nothing can be written."""
    if not file.lower().endswith(ENDINGS):
        raise UsageError(f"--out wants a name that ends in .html or .svg, got {shown(file)}")
    check_outputs({"--out": file})


def write_sheets(sheets: Sequence[Sheet], file: str, ground: str) -> str:
    """Writes them; what was written, in words."""
    from digitlens.exports.worksheet import files
    from digitlens.files.atomic import write_atomically

    found = files(sheets, Path(file).name, ground)
    written = [str(Path(file).with_name(name)) for name in found]
    for path, content in zip(written, found.values(), strict=True):
        write_atomically(path, content)
    return f"Written {', '.join(shown(path) for path in written)}."
