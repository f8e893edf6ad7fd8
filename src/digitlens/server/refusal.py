"""The error for requests of a page that are refused."""

from __future__ import annotations

MISTAKE = "this is a bug in digitlens; its terminal shows the details"


class Refused(ValueError):
    """A request of a page that is refused. field: the part of it that is at fault; empty if it is not a single one."""

    def __init__(self, field: str, error: str) -> None:
        super().__init__(error)
        self.field = field
