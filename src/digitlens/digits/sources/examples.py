"""Ten example drawings that come with the package, one a digit, written by our own pen."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).with_name("drawings")


def example_files() -> list[Path]:
    """The files, `0.png` to `9.png`, in order."""
    return sorted(FOLDER.glob("[0-9].png"))
