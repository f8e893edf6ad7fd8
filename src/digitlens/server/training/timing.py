"""How the runs of a server share its cores, and how often they are measured and kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one server. All times in seconds."""

    workers: int | None = None  # runs worked on at once; None: one fewer than there are cores, at least one
    turn: float = 0.5  # for each run, while others wait
    measuring: float = 0.02  # that measuring a record may always take; what takes longer gets a share of the time
    checkpoints: float = 1.0  # from one to the next, at least
    forget_after: float = 30 * 60.0  # without a page, until a visitor is forgotten
    sweep: float = 60.0  # from one look at who has been away for so long to the next
