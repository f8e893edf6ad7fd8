"""How probable is it that a number is right, and each digit of it? Estimated from the evidence that speaks against it.

Two logistic regressions, of numbers and of digits, on rows of pen digits that nothing else was chosen on:
tools/calibrate_numbers.py fits them, and prints the numbers below. Of a network without familiarity nothing is said:
a network alone is as sure of half a digit as of a whole one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from digitlens.reading.page.segmentation import LEAST, Lattice
from digitlens.reading.page.ways import Way

DOUBTFUL = 0.98  # a number with less confidence is one that a person should look at
CLEAR = 12.0  # nats: a larger lead over the second-best way says no more

# One weight for each value that number_evidence() and digit_evidence() give, then a constant.
NUMBER: tuple[float, ...] = ()
DIGIT: tuple[float, ...] = ()


def number_evidence(lattice: Lattice, ways: Sequence[Way]) -> tuple[float, ...]:
    """What speaks for and against the first of these ways, which is how a number was read."""
    digits = [k for k, digit in ways[0].steps() if digit >= 0]
    lead = min(CLEAR, ways[1].cost - ways[0].cost) if len(ways) > 1 else CLEAR
    each = [digit_evidence(lattice, k) for k in digits]
    costs = [lattice.costs[k] for k in digits]
    return (
        lead,
        math.exp(-lead),
        min(CLEAR, max(costs)),
        min(CLEAR, sum(costs) / len(costs)),
        math.log(len(digits)),
        min(lead for lead, *_ in each),
        max(strange for _, strange, *_ in each),
        max(broken for *_, broken, _ in each),
    )


def digit_evidence(lattice: Lattice, index: int) -> tuple[float, ...]:
    """What speaks for and against a choice being the digit that it is read as."""
    judged, choice = lattice.judged[index], lattice.choices[index]
    second, first = sorted(float(a) for a in judged.outputs)[-2:]
    return (
        min(CLEAR, math.log(max(first, LEAST**2)) - math.log(max(second, LEAST**2))),
        -math.log(max(judged.familiarity or 0.0, LEAST)),
        min(CLEAR, lattice.costs[index]),
        -math.log(max(judged.whole, LEAST)),
        choice.evidence.cuts,
    )


def probability(evidence: Sequence[float], weights: Sequence[float]) -> float:
    """0..1, by logistic regression."""
    z = sum(weight * value for weight, value in zip(weights, (*evidence, 1.0), strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))


def shares(costs: Sequence[float], left: float) -> list[float]:
    """How probable the others are, which share what is left: by what each costs, with one share for all the rest."""
    weights = [math.exp(costs[0] - cost) for cost in costs]
    total = sum(weights) + 1.0 if weights else 1.0
    return [left * weight / total for weight in weights]
