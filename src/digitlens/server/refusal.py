"""Why something that a page asked for is not done."""

from __future__ import annotations

MISTAKE = "this is a mistake in digitlens; what went wrong stands in its terminal"


class Refused(ValueError):
    """What a page asked for cannot be done; `field`: which part of it is at fault, empty where it is none alone."""

    def __init__(self, field: str, error: str) -> None:
        super().__init__(error)
        self.field = field
