"""A study's answers as figures, for the page's Lab journey, which words them in its own languages."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.second_layer import CLEAR, SecondLayer
from digitlens.laboratory.study import FIRST, PIXELS, SECOND, TRAINED, UNTRAINED, Study
from digitlens.laboratory.verdict import WHOLE, WHOLE_KINDS, counts, mean_area, means, verdicts
from digitlens.learning.compared import fewest, shift

VERSION = 1


def for_page(study: Study) -> dict[str, Any]:
    """Plain JSON values: docs/laboratory.md names the fields. Intervals are None where the networks are too few."""
    answers = [verdict.answer for verdict in verdicts(study)]
    trained = study.first[TRAINED]
    expected = np.array([layer.expected.mean() for layer in trained])
    more, low, high, _ = shift(means(trained) - expected)
    return {
        "version": VERSION,
        "recipe": study.recipe.to_json(),
        "data": study.data,
        "sizes": list(study.sizes),
        "networks": len(study.seeds),
        "accuracy": _number(study.accuracies.mean()),
        "first": {
            "answer": answers[0],
            "neurons": len(trained[0].significant),
            "found": {name: [int(one.significant.sum()) for one in layers] for name, layers in study.first.items()},
            "explained": _number(means(trained).mean()),
            "expected": _number(expected.mean()),
            "difference": [_number(value) for value in (more, low, high)],
        },
        "second": _second(study, answers[1]) if study.second else None,
        "whole": {"answer": answers[2], "kinds": _kinds(study)} if study.second else None,
        "helped": [
            {
                "name": name,
                "networks": len(accuracies),
                "accuracy": _number(accuracies.mean()),
                "found": _number(counts(layers).mean()),
                "explained": _number(means(layers).mean()),
            }
            for name, accuracies, layers in (
                ("as it is", study.accuracies, trained),
                *((one.name, one.accuracies, one.layers) for one in study.variants),
            )
        ],
    }


def _second(study: Study, answer: str) -> dict[str, Any]:
    return {
        "answer": answer,
        "neurons": len(study.second[0].detects),
        "found": [int(layer.detects.any(axis=1).sum()) for layer in study.second],
        "clear": CLEAR,
        "clearest": _clearest(study.second, "auc"),
        "before": _clearest(study.second_before, "auc"),
        "over_all_digits": _clearest(study.second, "plain"),
        "other_answer": {
            name: _number(np.mean([layer.answers[name] for layer in study.second])) for name in study.second[0].answers
        },
    }


def _clearest(layers: tuple[SecondLayer, ...], of: str) -> float | None:
    """The area of each network's clearest neuron, farthest from chance; their mean."""
    areas = [np.nan_to_num(getattr(layer, of), nan=0.5) for layer in layers]
    return _number(np.mean([np.abs(area - 0.5).max() + 0.5 for area in areas]))


def _kinds(study: Study) -> list[dict[str, Any]]:
    """What linear probes read from the whole layer, kind by kind of parts."""
    kinds = []
    for name, parts in WHOLE_KINDS.items():
        whole, before, first, pixels = (
            mean_area(study.probes[layer], parts) for layer in (SECOND, UNTRAINED, FIRST, PIXELS)
        )
        if not np.isfinite(whole).all() or len(whole) < fewest(WHOLE):
            continue
        control = mean_area(study.probes[SECOND], parts, "control")
        gained, low, high, _ = shift(whole - before, WHOLE)
        kinds.append(
            {
                "name": name,
                "parts": [part for part in PARTS if part in parts],
                "area": _number(whole.mean()),
                "control": _number(control.mean()),
                "before": _number(before.mean()),
                "first_layer": _number(first.mean()),
                "pixels": _number(pixels.mean()),
                "difference": [_number(value) for value in (gained, low, high)],
            }
        )
    return kinds


def _number(value: float | np.floating[Any] | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 6)
