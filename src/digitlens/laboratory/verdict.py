"""The verdicts of a study: its questions answered in plain words, with the figures behind each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.first_layer import LEVEL, FirstLayer
from digitlens.laboratory.parts import ENDS, LOOPS, PARTS, STROKES
from digitlens.laboratory.probes import Probes
from digitlens.laboratory.second_layer import CLEAR, SecondLayer
from digitlens.laboratory.study import CONTROLS, FIRST, PIXELS, SECOND, TRAINED, UNTRAINED, Study
from digitlens.laboratory.surrogates import COARSE
from digitlens.learning.compared import fewest, shift

MOST, FEW = 0.75, LEVEL  # shares of the neurons: from MOST on the answer is yes, below FEW it is no
WHOLE_KINDS = {"loops": LOOPS, "long strokes": STROKES, "ends and junctions": ENDS}
WHOLE = 2 * len(WHOLE_KINDS)  # comparisons: each kind with shuffled labels, and with the layer before training
ANSWERS = ("yes", "partly", "no", "cannot say")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question, its answer, and the sentences that give the figures."""

    question: str
    answer: str  # one of ANSWERS
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"question": self.question, "answer": self.answer, "sentences": list(self.sentences)}


def verdicts(study: Study) -> tuple[Verdict, ...]:
    """One on the first hidden layer; if there is a second, one on its neurons and one on it as a whole."""
    first = first_layer_verdict(study.first)
    if not study.second:
        return (first,)
    second = second_layer_verdict(study.second, study.second_before)
    return first, second, whole_layer_verdict(study.probes, len(study.second[0].detects))


def counts(layers: Sequence[FirstLayer]) -> NDArray[np.float64]:
    """The share of neurons that are an edge or bar, (seeds,)."""
    return np.array([layer.significant.mean() for layer in layers])


def means(layers: Sequence[FirstLayer]) -> NDArray[np.float64]:
    """The share of variance that the best part explains, mean over the neurons, (seeds,)."""
    return np.array([layer.explained.mean() for layer in layers])


def first_layer_verdict(first: dict[str, tuple[FirstLayer, ...]]) -> Verdict:
    """Does the first hidden layer find edges? `first`: by condition, one for each seed."""
    question = "Does the first hidden layer find edges and bars?"
    trained = first[TRAINED]
    n, shares = len(trained[0].significant), counts(trained)
    expected = np.array([layer.expected.mean() for layer in trained])
    if len(trained) < fewest(len(CONTROLS)):
        return Verdict(question, "cannot say", (_too_few(len(trained), fewest(len(CONTROLS))),))
    against = {name: shift(shares - counts(first[name]), len(CONTROLS)) for name in CONTROLS}
    more = all(low is not None and low > 0 for _, low, _, _ in against.values())
    answer = "no" if not more or shares.mean() < FEW else "yes" if shares.mean() >= MOST else "partly"
    controls = ", ".join(f"{n * counts(first[name]).mean():.1f} ({name})" for name in CONTROLS)
    mean, low, high, _ = shift(means(trained) - expected)
    how_many = (
        f"On average, {n * shares.mean():.1f} of {n} neurons are an edge or a bar, more clearly than random pictures "
        f"that are as smooth ({n * shares.min():.0f} to {n * shares.max():.0f} in the {len(shares)} networks). In the "
        f"controls it is {controls}."
    )
    how_well = (
        f"The best edge or bar explains {means(trained).mean():.0%} of the variance of a neuron's weights. In random "
        f"pictures that are as smooth it explains {expected.mean():.0%}: a difference of {100 * mean:.1f} percentage "
        f"points{_interval(low, high)}."
    )
    correlation, coarse = (  # + 0 turns -0 into 0
        {name: round(np.mean([getattr(layer, of).mean() for layer in layers]), 2) + 0 for name, layers in first.items()}
        for of in ("smooth", "coarse")
    )
    others = ", ".join(f"{correlation[name]:.2f} and {coarse[name]:.0%} ({name})" for name in CONTROLS)
    how_smooth = (
        f"The correlation of neighbouring weights is {correlation[TRAINED]:.2f}, and {coarse[TRAINED]:.0%} of their "
        f"power lies in waves of {28 // COARSE} pixels or longer. In the controls it is {others}."
    ).replace("-", "−")
    return Verdict(question, answer, (how_many, how_well, how_smooth))


def second_layer_verdict(second: Sequence[SecondLayer], before: Sequence[SecondLayer]) -> Verdict:
    """Does the second hidden layer find loops and lines? Neurons that did so `before` training do not count."""
    question = "Does the second hidden layer find loops and lines?"
    shares = np.array([layer.detects.any(axis=1).mean() for layer in second])  # (seeds,), of the neurons
    learned = shares.mean() - np.mean([layer.detects.any(axis=1).mean() for layer in before])
    n = len(second[0].detects)
    names = tuple(PARTS)
    inside, plain = (
        np.array([np.nanmax(np.abs(np.nan_to_num(area, nan=0.5) - 0.5)) + 0.5 for area in areas])
        for areas in ([layer.auc for layer in second], [layer.plain for layer in second])
    )
    start = np.array([np.nanmax(np.abs(np.nan_to_num(layer.auc, nan=0.5) - 0.5)) + 0.5 for layer in before])
    total = np.mean([layer.detects for layer in second], axis=0).sum(axis=0)  # (parts,), neurons on average
    detected = [f"{name} ({total[k]:.1f} neurons)" for k, name in enumerate(names) if total[k] > 0]
    answer = "no" if learned < FEW else "yes" if shares.mean() >= MOST else "partly"
    if len(second) < fewest():
        return Verdict(question, "cannot say", (_too_few(len(second), fewest()),))
    fill, outside, close, elsewhere = (
        f"{np.mean([getattr(layer, name).mean() for layer in second]):.2f}" for name in second[0].answers
    )
    other = [f"{np.mean([layer.answers[name] for layer in second]):.0%}" for name in second[0].answers]
    lost = np.mean([layer.silenced.max() for layer in second])
    how_many = (
        f"On average, {n * shares.mean():.1f} of {n} neurons detect a part within one digit, with an area under the "
        f"curve of at least {CLEAR:.2f} (0.50 is chance)" + (f": {', '.join(detected)}." if detected else ".")
    )
    how_well = (
        f"The clearest neuron of a network reaches {inside.mean():.2f} within digits, "
        f"{start.mean():.2f} before training. Over all digits together it seems to reach {plain.mean():.2f}. Most of "
        "that is a vote for the digits that happen to have the part."
    )
    caused = (
        f"Filling the loops of a picture changes a neuron's activation by {fill} of its standard deviations; as much "
        f"ink outside changes it by {outside}. A short stroke that closes a loop changes it by {close}; the same "
        f"stroke elsewhere, by {elsewhere}. {', '.join(other[:3])} and {other[3]} of these pictures are then read as "
        f"another digit. Fixing the most important neuron at its mean costs {lost:.0%} of one digit's accuracy."
    )
    return Verdict(question, answer, (how_many, how_well, caused))


def whole_layer_verdict(probes: Mapping[str, Sequence[Probes]], neurons: int) -> Verdict:
    """Does the second hidden layer as a whole detect loops and lines? `probes`: by layer (PROBED), one for each seed.

    It detects a kind of parts clearly if a linear probe reaches CLEAR and does significantly better than on shuffled
    labels and than before training. It detects it a little if the probe is significantly better, but below CLEAR.
    """
    question = "Does the second hidden layer as a whole detect loops and lines?"
    seeds = len(probes[SECOND])
    if seeds < fewest(WHOLE):
        return Verdict(question, "cannot say", (_too_few(seeds, fewest(WHOLE)),))
    graded = {name: _kind(name, parts, probes) for name, parts in WHOLE_KINDS.items()}
    grades = [grade for grade, _ in graded.values()]
    answer = "yes" if min(grades) == 2 else "no" if max(grades) == 0 else "partly"
    method = (
        f"A linear probe reads all {neurons} neurons together. The figures are the area under its curve within digits, "
        "on pictures that it did not learn from; 0.50 is chance."
    )
    learned = [
        f"{', '.join(names)} {how_far}"
        for grade, how_far in ((2, "clearly"), (1, "a little"))
        if (names := [name for name, (reached, _) in graded.items() if reached == grade])
    ]
    conclusion = f"So training has taught it {'; '.join(learned) or 'none of them'}. ({CLEAR:.2f} would be clear.)"
    return Verdict(question, answer, (method, *(sentence for _, sentence in graded.values()), conclusion))


def mean_area(probes: Sequence[Probes], parts: Sequence[str], of: str = "auc") -> NDArray[np.float64]:
    """For each seed, the mean of a field of its Probes over these parts, without NaN: (seeds,)."""
    names = tuple(PARTS)
    values = np.array([[getattr(layer, of)[names.index(part)] for part in parts] for layer in probes])
    measured = np.isfinite(values)
    total = np.where(measured, values, 0.0).sum(axis=1)
    return np.divide(total, measured.sum(axis=1), out=np.full(len(values), np.nan), where=measured.any(axis=1))


def _kind(name: str, parts: Sequence[str], probes: Mapping[str, Sequence[Probes]]) -> tuple[int, str]:
    """How clearly the layer detects one kind of part: 2 clearly, 1 a little, 0 not at all; and the sentence on it."""
    whole, before, first, pixels = (mean_area(probes[name], parts) for name in (SECOND, UNTRAINED, FIRST, PIXELS))
    if not np.isfinite(whole).all():
        return 0, f"{name.capitalize()}: no digit has enough pictures with and without one."
    control = mean_area(probes[SECOND], parts, "control")
    _, selective, _, _ = shift(whole - control, WHOLE)
    gained, low, high, _ = shift(whole - before, WHOLE)
    assert selective is not None
    assert low is not None
    assert high is not None
    grade = 0 if min(selective, low) <= 0 else 2 if whole.mean() >= CLEAR else 1
    changed = (
        f"added {gained:.2f}" if low > 0 else f"took {-gained:.2f} away" if high < 0 else "made no clear difference"
    )
    ends = f"{100 * (1 - LEVEL / WHOLE):.3g} % interval {low:+.2f} to {high:+.2f}".replace("-", "−")
    return grade, (
        f"{name.capitalize()}: {whole.mean():.2f}; with shuffled labels {control.mean():.2f}. Before training it was "
        f"{before.mean():.2f}: training {changed} ({ends}). A probe of the first layer reaches {first.mean():.2f}, one "
        f"of the pixels {pixels.mean():.2f}."
    )


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (95 % interval {100 * low:.1f} to {100 * high:.1f})"


def fewest_seeds() -> int:
    """The least number of networks with which every question can be answered; fewer leave a "cannot say"."""
    return max(fewest(len(CONTROLS)), fewest(), fewest(WHOLE))


def _too_few(n: int, needed: int) -> str:
    return f"{n} network{'s are' if n > 1 else ' is'} too few to tell that from chance: it takes at least {needed}."
