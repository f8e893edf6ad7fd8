"""How probable is it that a number is right, and each digit of it? Estimated from the evidence that speaks against it.

A logistic regression says it of a digit, and a tiny network, 23-80-1, of a number, both fitted on rows of pen digits
that nothing else was chosen on: tools/calibrate_numbers.py fits them. Of a reader without familiarity nothing is said:
a network alone is as sure of half a digit as of a whole one.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.network.network import Network
from digitlens.reading.page.segment_network import NOT_WHOLE
from digitlens.reading.page.segmentation import LEAST, Lattice
from digitlens.reading.page.small_network import from_file
from digitlens.reading.page.ways import Way

DOUBTFUL = 0.98  # a number with less confidence is one that a person should look at
HIGH = 0.2  # of a number's height: what stands beside it and is higher is no dot
CLEAR = 12.0  # nats: a larger lead over the second-best way says no more

FILE = Path(__file__).with_name("confidence.safetensors")
# One weight for each evidence of a digit, then a constant:
DIGIT = (0.1635, -0.0113, -0.2047, -0.2872, -0.0643, -1.0931, 0.4984, 1.9126)


def number_evidence(lattice: Lattice, ways: Sequence[Way], beside: tuple[float, float, float]) -> tuple[float, ...]:
    """What speaks for and against the first of these ways, which is how a number was read.

    beside: what stands beside it, as Neighbours.beside() says.
    """
    digits = [k for k, digit in ways[0].steps() if digit >= 0]
    lead = min(CLEAR, ways[1].cost - ways[0].cost) if len(ways) > 1 else CLEAR
    each = [digit_evidence(lattice, k) for k in digits]
    costs = [lattice.costs[k] for k in digits]
    strange, broken = max(one[2] for one in each), max(one[4] for one in each)
    among, aside, staggered = beside
    heights = [lattice.choices[k].box.rows for k in digits]
    usual = statistics.median(lattice.choices[k].box.rows for k in lattice.way if lattice.choices[k].kind == "digit")
    return (
        doubts(each),
        lead,
        math.exp(-lead),
        min(CLEAR, max(costs)),
        min(CLEAR, sum(costs) / len(costs)),
        math.log(len(digits)),
        min(one[0] for one in each),
        min(one[1] for one in each),
        strange,
        broken,
        max(0.0, strange - 2),
        max(0.0, max(costs) - 4),
        max(0.0, broken - 1),
        among,
        aside,
        float(among > HIGH),
        float(aside > HIGH),
        staggered,
        max(abs(math.log(rows / usual)) for rows in heights),
        sum(one[5] for one in each),
        float(len(digits) == 1),
        min(one[6] for one in each),
    )


def doubts(digits: Sequence[Sequence[float]], weights: Sequence[float] = DIGIT) -> float:
    """How improbable it is that all digits of a number are right: minus the logarithm. digits: the evidence of each."""
    return -sum(math.log(max(of_digit(one, weights), LEAST)) for one in digits)


def digit_evidence(lattice: Lattice, index: int) -> tuple[float, ...]:
    """What speaks for and against a choice being the digit that it is read as."""
    judged, choice = lattice.judged[index], lattice.choices[index]
    named = int(judged.digits.argmax())
    return (
        _lead(judged.digits, named),
        _lead(judged.outputs, named),
        -math.log(max(judged.familiarity or 0.0, LEAST)),
        min(CLEAR, lattice.costs[index]),
        -math.log(max(judged.whole, LEAST)),
        choice.evidence.cuts,
        _lead(judged.in_rows[:NOT_WHOLE], named) if named < NOT_WHOLE else 0.0,
    )


def _lead(shares: NDArray[np.float64], named: int) -> float:
    """How far a class is ahead of all others, in nats; below 0, where it is behind."""
    own, other = float(shares[named]), max(float(share) for k, share in enumerate(shares) if k != named)
    lead = math.log(max(own, LEAST**2)) - math.log(max(other, LEAST**2))
    return max(-CLEAR, min(CLEAR, lead))


def of_digit(evidence: Sequence[float], weights: Sequence[float] = DIGIT) -> float:
    """How probable it is that a digit is right, 0..1. evidence: as digit_evidence() has it."""
    z = sum(weight * value for weight, value in zip(weights, (*evidence, 1.0), strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))


def of_number(evidence: Sequence[float]) -> float:
    """How probable it is that all of a number is right, 0..1. evidence: as number_evidence() has it."""
    return float(_network().forward(inputs([evidence])).a[-1][0, 0])


def inputs(evidence: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    """What the network is given for some numbers, (n, 23): their evidence, and the first of it otherwise expressed."""
    table = np.array(evidence, np.float64)
    some_wrong = np.log(-np.expm1(-table[:, :1]) + LEAST**2)  # the logarithm of how probable it is that one is wrong
    return np.concatenate([table, some_wrong], axis=1).astype(np.float32)


@cache
def _network() -> Network:
    return from_file(FILE, "sigmoid")


def shares(costs: Sequence[float], left: float) -> list[float]:
    """How probable the others are, which share what is left: by what each costs, with one share for all the rest."""
    weights = [math.exp(costs[0] - cost) for cost in costs]
    total = sum(weights) + 1.0 if weights else 1.0
    return [left * weight / total for weight in weights]
