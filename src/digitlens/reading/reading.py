"""A Reading: what one picture was read as, and all that is needed to see why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from digitlens.digits.dataset import are_digits
from digitlens.digits.preparation.prepare import Prepared
from digitlens.network.activations import Array
from digitlens.network.network import Trace
from digitlens.reading.familiarity import Judgement


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The result of read(): what one picture was read as. Activations are not probabilities: they need not sum to 1."""

    prepared: Prepared  # how the picture became what the network sees, stage by stage
    trace: Trace  # every weighted sum and activation of the network, each part a vector (n,)
    classes: tuple[str, ...]  # the name of output 0, 1, ...
    network: str  # the name of the network that read it
    path: str | None = None  # the file; None for an array or an image
    judgement: Judgement | None = None  # whether it looks like a digit; None where the reader cannot say
    confidence: float | None = None  # 0..1, how probable it is that the answer is right; None: the reader cannot tell

    @property
    def activations(self) -> Array:
        """What the output neurons hold, (classes,)."""
        return self.trace.a[-1]

    @property
    def digit(self) -> int:
        """The best guess: the index of the output neuron that is most active, even where there was nothing to read.

        For handwritten digits that is the digit, 0..9; for other classes, `label` says what it stands for.
        """
        return int(self.activations.argmax())

    @property
    def label(self) -> str:
        """The name of the class that was read: "7", or whatever the classes are called."""
        return self.classes[self.digit]

    @property
    def reason(self) -> str:
        """Why this is no digit, where we know it; empty otherwise."""
        if not self.prepared.ink_found:
            return "too little ink"
        return self.judgement.reason if self.judgement else ""

    @property
    def is_digit(self) -> bool | None:
        """Whether it is a digit at all; None where the reader cannot say."""
        if self.reason:
            return False
        return True if self.judgement else None

    @property
    def familiarity(self) -> float | None:
        """0..1, the share of real digits that look less like a digit; None where the reader cannot say."""
        return self.judgement.familiarity if self.judgement else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values. A field is absent until it is real: without a judgement, `is_digit` at most says false.

        Where the classes are digits, `digit` says which was read; else `class` has its number and `label` its name.
        """
        read = {"digit": self.digit} if are_digits(self.classes) else {"class": self.digit, "label": self.label}
        answer: dict[str, Any] = {
            "path": self.path,
            **read,
            "activations": [round(float(a), 6) for a in self.activations],
            "network": self.network,
        }
        if self.is_digit is not None and are_digits(self.classes):
            answer["is_digit"] = self.is_digit
        if self.reason:
            answer["reason"] = self.reason
        for name, share in (("familiarity", self.familiarity), ("confidence", self.confidence)):
            if share is not None:
                answer[name] = round(share, 6)
        return answer

    def __repr__(self) -> str:
        nothing = "no digit" if are_digits(self.classes) else "nothing"
        said = f"{nothing} ({self.reason})" if self.reason else self.label
        return f"<Reading {said}, activation {float(self.activations.max()):.3f}, by {self.network}>"

    def _repr_html_(self) -> str:
        from digitlens.reading.html import reading_html

        return reading_html(self)
