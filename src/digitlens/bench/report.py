"""The results of the bench: engines side by side, as ratios first.

A ratio is the time of an engine divided by that of Digitlens's own best engine for the same task, in the same run: 4 is
four times as slow as ours, 0.5 is twice as fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from digitlens.bench.peers import OWN

SECONDS, PER_EPOCH = "seconds", "seconds_per_epoch"


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of one engine for one task, round by round."""

    name: str
    rounds: tuple[float, ...]  # seconds each
    first: float | None = None  # seconds of the first round, which is not counted: it may include compiling
    accuracy: float | None = None  # on pictures it learned from, 0..1: proof that it learned
    note: str = ""

    @property
    def seconds(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def own(self) -> bool:
        """Whether this is one of our engines."""
        return self.name.startswith(OWN.rstrip("-"))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An engine that is not in the table, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One task, and the times of each engine for it."""

    work: str
    timings: tuple[Timing, ...]  # at least one
    unit: str = PER_EPOCH  # or SECONDS
    task: dict[str, Any] | None = None  # the fields of the task, if it is learning

    @property
    def own_best(self) -> Timing | None:
        """The fastest of our engines; None if all of ours failed."""
        return min((timing for timing in self.timings if timing.own), key=lambda timing: timing.seconds, default=None)

    def ratio(self, timing: Timing) -> float | None:
        """Its time divided by our best; None if all of ours failed."""
        best = self.own_best
        return timing.seconds / best.seconds if best else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: `work`, `engines`, fastest first, and `task` if it is learning."""
        task = {} if self.task is None else {"task": self.task}
        return {"work": self.work, **task, "engines": [self._engine(timing) for timing in self.fastest_first()]}

    def fastest_first(self) -> list[Timing]:
        """The timings in the order of the table."""
        return sorted(self.timings, key=lambda timing: timing.seconds)

    def _engine(self, timing: Timing) -> dict[str, Any]:
        ratio = self.ratio(timing)
        values: dict[str, Any] = {
            "name": timing.name,
            self.unit: _rounded(timing.seconds),
            "ratio": None if ratio is None else _rounded(ratio),
            "fastest": _rounded(min(timing.rounds)),
            "slowest": _rounded(max(timing.rounds)),
            "rounds": len(timing.rounds),
        }
        if timing.first is not None:
            values["first"] = _rounded(timing.first)
        if timing.accuracy is not None:
            values["accuracy"] = timing.accuracy
        if timing.note:
            values["note"] = timing.note
        return values


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of a bench: the main work, the other work, who was left out, on what data, on which machine."""

    main: Comparison
    more: tuple[Comparison, ...]
    left_out: tuple[LeftOut, ...]
    data: str
    machine: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: work, machine, engines, more, and data, passed_over."""
        return {
            **self.main.to_json(),
            "machine": self.machine,
            "data": self.data,
            "more": [comparison.to_json() for comparison in self.more],
            "passed_over": [{"name": each.name, "why": each.why} for each in self.left_out],
        }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
