"""What the figures say, in plain words, and no more than they do."""

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

MOSTLY, SOME = 0.75, LEVEL  # shares of the neurons
WHOLE_KINDS = {"loops": LOOPS, "long strokes": STROKES, "ends and junctions": ENDS}
WHOLE = 2 * len(WHOLE_KINDS)  # comparisons: of each kind, with shuffled labels and with before training
ANSWERS = ("yes", "partly", "no", "cannot say")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer and its sentences."""

    question: str
    answer: str  # one of ANSWERS
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"question": self.question, "answer": self.answer, "sentences": list(self.sentences)}


def verdicts(study: Study) -> tuple[Verdict, ...]:
    """On the first hidden layer, and on the second where there is one: neuron by neuron, and as a whole."""
    first = on_first(study.first)
    if not study.second:
        return (first,)
    return first, on_second(study.second, study.second_before), on_whole(study.probes, len(study.second[0].found))


def counts(layers: Sequence[FirstLayer]) -> NDArray[np.float64]:
    """The share of neurons in which an edge or bar was found, (seeds,)."""
    return np.array([layer.found.mean() for layer in layers])


def means(layers: Sequence[FirstLayer]) -> NDArray[np.float64]:
    """The share of variance that the best part explains, mean over the neurons, (seeds,)."""
    return np.array([layer.explained.mean() for layer in layers])


def on_first(first: dict[str, tuple[FirstLayer, ...]]) -> Verdict:
    """Does the first hidden layer find edges? `first`: by condition, one a seed."""
    question = "Does the first hidden layer find edges and bars?"
    trained = first[TRAINED]
    n, found = len(trained[0].found), counts(trained)
    expected = np.array([layer.expected.mean() for layer in trained])
    if len(trained) < fewest(len(CONTROLS)):
        return Verdict(question, "cannot say", (_too_few(len(trained), fewest(len(CONTROLS))),))
    against = {name: shift(found - counts(first[name]), len(CONTROLS)) for name in CONTROLS}
    more = all(low is not None and low > 0 for _, low, _, _ in against.values())
    answer = "no" if not more or found.mean() < SOME else "yes" if found.mean() >= MOSTLY else "partly"
    each = ", ".join(f"{n * counts(first[name]).mean():.1f} ({name})" for name in CONTROLS)
    mean, low, high, _ = shift(means(trained) - expected)
    how_many = (
        f"{n * found.mean():.1f} of {n} neurons on average, {n * found.min():.0f} to {n * found.max():.0f} in "
        f"{len(found)} networks, are an edge or a bar more clearly than any picture as smooth by chance; of the "
        f"controls it is {each}."
    )
    how_well = (
        f"The best edge or bar explains {means(trained).mean():.0%} of what varies in a neuron's weights. In pictures "
        f"that are as smooth and show nothing it explains {expected.mean():.0%}: a difference of {100 * mean:.1f} "
        f"points{_interval(low, high)}."
    )
    alike, coarse = (  # + 0: of what is rounded to -0 none speaks
        {name: round(np.mean([getattr(layer, of).mean() for layer in layers]), 2) + 0 for name, layers in first.items()}
        for of in ("smooth", "coarse")
    )
    others = ", ".join(f"{alike[name]:.2f} and {coarse[name]:.0%} ({name})" for name in CONTROLS)
    how_smooth = (
        f"Neighbouring weights correlate by {alike[TRAINED]:.2f}, and {coarse[TRAINED]:.0%} of their power lies in "
        f"waves of {28 // COARSE} pixels or longer; in the controls it is {others}."
    ).replace("-", "−")
    return Verdict(question, answer, (how_many, how_well, how_smooth))


def on_second(second: Sequence[SecondLayer], before: Sequence[SecondLayer]) -> Verdict:
    """Does the second hidden layer find loops and lines? What it told `before` training is not counted."""
    question = "Does the second hidden layer find loops and lines?"
    found = np.array([layer.found.any(axis=1).mean() for layer in second])  # (seeds,), share of neurons
    learned = found.mean() - np.mean([layer.found.any(axis=1).mean() for layer in before])
    n = len(second[0].found)
    names = tuple(PARTS)
    inside, plain = (
        np.array([np.nanmax(np.abs(np.nan_to_num(area, nan=0.5) - 0.5)) + 0.5 for area in areas])
        for areas in ([layer.auc for layer in second], [layer.plain for layer in second])
    )
    start = np.array([np.nanmax(np.abs(np.nan_to_num(layer.auc, nan=0.5) - 0.5)) + 0.5 for layer in before])
    total = np.mean([layer.found for layer in second], axis=0).sum(axis=0)  # (parts,), neurons on average
    seen = [f"{name} ({total[k]:.1f} neurons)" for k, name in enumerate(names) if total[k] > 0]
    answer = "no" if learned < SOME else "yes" if found.mean() >= MOSTLY else "partly"
    if len(second) < fewest():
        return Verdict(question, "cannot say", (_too_few(len(second), fewest()),))
    fill, blot, close, beside = (
        f"{np.mean([getattr(layer, name).mean() for layer in second]):.2f}" for name in second[0].answers
    )
    other = [f"{np.mean([layer.answers[name] for layer in second]):.0%}" for name in second[0].answers]
    lost = np.mean([layer.silenced.max() for layer in second])
    how_many = (
        f"{n * found.mean():.1f} of {n} neurons on average tell a part from none within the same digit, at least as "
        f"clearly as {CLEAR:.2f} (area under the curve; 0.50 is chance)" + (f": {', '.join(seen)}." if seen else ".")
    )
    how_well = (
        f"The clearest neuron of a network reaches {inside.mean():.2f} within digits, {start.mean():.2f} before "
        f"training. Over all digits together it seems to reach {plain.mean():.2f}: most of that is a vote for digits "
        "that happen to have the part."
    )
    caused = (
        f"Filling the loops of a picture moves a neuron by {fill} of its standard deviations, as much ink outside by "
        f"{blot}; a short stroke that closes a loop moves it by {close}, the same stroke elsewhere by {beside}. "
        f"{', '.join(other[:3])} and {other[3]} of these pictures are then read as another digit. Silencing the neuron "
        f"that matters most costs {lost:.0%} of one digit's accuracy."
    )
    return Verdict(question, answer, (how_many, how_well, caused))


def on_whole(probes: Mapping[str, Sequence[Probes]], neurons: int) -> Verdict:
    """Does the second hidden layer as a whole know of loops and lines? `probes`: by what is probed, one a seed.

    It does of a kind of parts if a linear probe reads it clearly, and more than from shuffled labels and than before
    training; it does partly if that is more, but not clear.
    """
    question = "Does the second hidden layer know of loops and lines as a whole?"
    seeds = len(probes[SECOND])
    if seeds < fewest(WHOLE):
        return Verdict(question, "cannot say", (_too_few(seeds, fewest(WHOLE)),))
    told = {name: _kind(name, parts, probes) for name, parts in WHOLE_KINDS.items()}
    known = [grade for grade, _ in told.values()]
    answer = "yes" if min(known) == 2 else "no" if max(known) == 0 else "partly"
    how = (
        f"A linear probe reads all {neurons} neurons together. What follows is the area under its curve within digits, "
        "on pictures that it did not learn from; 0.50 is chance."
    )
    learned = [
        f"{', '.join(names)} {how_far}"
        for grade, how_far in ((2, "clearly"), (1, "a little"))
        if (names := [name for name, (reached, _) in told.items() if reached == grade])
    ]
    so = f"So training has taught it {'; '.join(learned) or 'none of them'}. ({CLEAR:.2f} would be clear.)"
    return Verdict(question, answer, (how, *(sentence for _, sentence in told.values()), so))


def read(probes: Sequence[Probes], parts: Sequence[str], of: str = "auc") -> NDArray[np.float64]:
    """What was read of these parts, the mean over those of which something can be: (seeds,)."""
    names = tuple(PARTS)
    values = np.array([[getattr(one, of)[names.index(part)] for part in parts] for one in probes])
    there = np.isfinite(values)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.divide(total, there.sum(axis=1), out=np.full(len(values), np.nan), where=there.any(axis=1))


def _kind(name: str, parts: Sequence[str], probes: Mapping[str, Sequence[Probes]]) -> tuple[int, str]:
    """How far the layer knows one kind of part, 2 clearly, 1 a little, 0 not; and what is said of it."""
    whole, before, first, pixels = (read(probes[source], parts) for source in (SECOND, UNTRAINED, FIRST, PIXELS))
    if not np.isfinite(whole).all():
        return 0, f"{name.capitalize()}: the pictures of no digit say anything."
    control = read(probes[SECOND], parts, "control")
    _, selective, _, _ = shift(whole - control, WHOLE)
    gained, low, high, _ = shift(whole - before, WHOLE)
    assert selective is not None
    assert low is not None
    assert high is not None
    grade = 0 if min(selective, low) <= 0 else 2 if whole.mean() >= CLEAR else 1
    changed = f"added {gained:.2f}" if low > 0 else f"took {-gained:.2f} away" if high < 0 else "changed that no more"
    changed += " than chance would" if low <= 0 <= high else ""
    ends = f"{100 * (1 - LEVEL / WHOLE):.3g} % interval {low:+.2f} to {high:+.2f}".replace("-", "−")
    return grade, (
        f"{name.capitalize()}: {whole.mean():.2f}, on shuffled labels {control.mean():.2f}. Before training it was "
        f"{before.mean():.2f}: training {changed} ({ends}). From the first layer it is {first.mean():.2f}, from the "
        f"pixels {pixels.mean():.2f}."
    )


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (95 % interval {100 * low:.1f} to {100 * high:.1f})"


def _too_few(n: int, wanted: int) -> str:
    return f"{n} network{'s' * (n > 1)} cannot tell that from chance: it takes at least {wanted}."
