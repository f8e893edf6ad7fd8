"""The report of a study: as one self-contained page of HTML, figures included, and as JSON."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from digitlens.laboratory.first_layer import INKED, SURROGATES_PER_NEURON, FirstLayer
from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.probes import DRAWS, Probes
from digitlens.laboratory.second_layer import CLEAR, SHUFFLES
from digitlens.laboratory.study import PROBED, SECOND, TRAINED, Study
from digitlens.laboratory.surrogates import COARSE
from digitlens.laboratory.verdict import Verdict, counts, means, verdicts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE = Path(__file__).with_name("report.html")
SMOOTH = "random, as smooth"
COARSE_CAPTION = f"the share of their power in up to {COARSE} waves across the picture"
COLUMNS = ("trained", "networks", "test accuracy", "edges or bars", "explained", "as smooth")


def to_json(study: Study) -> dict[str, Any]:
    """Plain JSON values: the verdicts and the figures behind them."""
    return {
        "recipe": study.recipe.to_json(),
        "data": study.data,
        "seeds": list(study.seeds),
        "accuracies": study.accuracies.tolist(),
        "verdicts": [verdict.to_json() for verdict in verdicts(study)],
        "first": {name: _first(layers) for name, layers in study.first.items()},
        "shine": dict(zip(("never_inked", "inked"), map(_number, study.initial_correlation), strict=True)),
        "parts": list(PARTS),
        "second": [
            {
                "auc": [[_number(area) for area in row] for row in layer.auc.tolist()],
                "plain": [[_number(area) for area in row] for row in layer.plain.tolist()],
                "p": layer.p.tolist(),
                "found": layer.detects.tolist(),
                "loop_filled": layer.loop_filled.tolist(),
                "ink_added": layer.ink_added.tolist(),
                "loop_closed": layer.loop_closed.tolist(),
                "ink_beside": layer.ink_beside.tolist(),
                "answers": layer.answers,
                "silenced": layer.silenced.tolist(),
            }
            for layer in study.second
        ],
        "probes": {
            name: [
                {of: [_number(area) for area in getattr(layer, of).tolist()] for of in ("auc", "control", "by_heart")}
                for layer in layers
            ]
            for name, layers in study.probes.items()
        },
        "helped": {
            variant.name: {"accuracies": variant.accuracies.tolist(), **_first(variant.layers)}
            for variant in study.variants
        },
    }


def _first(layers: Sequence[FirstLayer]) -> dict[str, Any]:
    return {
        "found": [int(layer.significant.sum()) for layer in layers],
        "neurons": len(layers[0].significant),
        "explained": means(layers).tolist(),
        "expected": [float(layer.expected.mean()) for layer in layers],
        "smooth": [float(layer.smooth.mean()) for layer in layers],
        "coarse": [float(layer.coarse.mean()) for layer in layers],
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def to_html(study: Study, command: str) -> str:
    """The report. `command`: the command line that made it. Raises MissingExtra without matplotlib."""
    answers = verdicts(study)
    seeds, example = len(study.seeds), study.first[TRAINED][0]
    never, ever = (f"{value:.2f}" if np.isfinite(value) else "–" for value in study.initial_correlation)
    return Template(PAGE.read_text("utf-8")).substitute(
        sizes="-".join(map(str, study.sizes)),
        many=f"{seeds} networks were" if seeds > 1 else "one network was",
        data=escape(study.data),
        accuracy=f"{study.accuracies.mean():.2%}",
        first=_answer(answers[0]),
        weights=_figure(_weights(study), f"The first hidden layer of the network with seed {study.seeds[0]}."),
        conditions=_figure(
            _conditions(study), "How much of the weights the best edge or bar explains, network by network."
        ),
        coarse=_figure(_coarse(study), f"How coarse the weights are: {COARSE_CAPTION}, network by network."),
        correlation=f"their correlation with the initial weights is {never} there, and {ever} elsewhere",
        inked=f"{INKED:.0%}",
        variants=_variants(study),
        second=_second(study, answers),
        surrogates=f"{SURROGATES_PER_NEURON * len(example.significant) - 1:,}",
        neurons=len(example.significant),
        clear=f"{CLEAR:.2f}",
        unclear=f"{1 - CLEAR:.2f}",
        shuffles=SHUFFLES,
        draws=DRAWS,
        command=escape(command),
    )


def _weights(study: Study) -> Figure:
    from digitlens.figures.laboratory import weights_and_parts

    layer = study.first[TRAINED][0]
    pictures = np.array([part.picture().ravel() for part in layer.parts])
    signs = np.sign((pictures * study.pictures).sum(axis=1))[:, None]
    return weights_and_parts(study.pictures, signs * pictures, layer.explained.tolist(), theme="light")


def _conditions(study: Study) -> Axes:
    from digitlens.figures.laboratory import conditions

    values = {name: means(layers) for name, layers in study.first.items()}
    values[SMOOTH] = np.array([layer.expected.mean() for layer in study.first[TRAINED]])
    return conditions(values, what="How much the best edge or bar explains", theme="light")


def _coarse(study: Study) -> Axes:
    from digitlens.figures.laboratory import conditions

    values = {name: np.array([layer.coarse.mean() for layer in layers]) for name, layers in study.first.items()}
    return conditions(values, what="How much of the weights' power lies in long waves", theme="light")


def _variants(study: Study) -> str:
    if not study.variants:
        return ""
    rows = [("as it is", study.accuracies, study.first[TRAINED])]
    rows += [(variant.name, variant.accuracies, variant.layers) for variant in study.variants]
    lines = []
    for name, accuracies, layers in rows:
        fields = (
            escape(name), len(layers), f"{accuracies.mean():.2%}", f"{counts(layers).mean():.0%} of the neurons",
            f"{means(layers).mean():.0%}", f"{np.mean([layer.expected.mean() for layer in layers]):.0%}",
        )  # fmt: skip
        lines.append(_row("td", fields))
    table = f"<div class='wide'><table>{_row('th', COLUMNS)}{''.join(lines)}</table></div>"
    return f"<h2>Which training gives more edges and bars?</h2>{table}"


def _second(study: Study, answers: Sequence[Verdict]) -> str:
    if not study.second:
        return ""
    from digitlens.figures.laboratory import areas

    layer, names = study.second[0], tuple(PARTS)
    inside = (
        f"The second hidden layer of the network with seed {study.seeds[0]}: how often a neuron is more active for a "
        "picture with the part than for a picture of the same digit without it. 0.50 is chance."
    )
    plain = (
        "The same over all digits together: pictures with the part against all others. Here a neuron that votes for 0, "
        "6 or 8 looks like a loop detector."
    )
    return (
        _answer(answers[1])
        + _figure(areas(layer.auc, names, what="Within one digit", theme="light"), inside)
        + _figure(areas(layer.plain, names, what="Over all digits together", theme="light"), plain)
        + _answer(answers[2])
        + _probed(study)
    )


def _probed(study: Study) -> str:
    """The table of linear probes: their AUC for each part, mean over the networks."""
    columns = [(name, study.probes[name], "auc") for name in PROBED]
    columns[1:1] = [(f"{SECOND}, shuffled labels", study.probes[SECOND], "control")]
    columns.append((f"{PROBED[-1]}, shuffled labels learned by heart", study.probes[PROBED[-1]], "by_heart"))
    head = _row("th", ("part", *(name for name, *_ in columns)))
    lines = [
        _row("td", (part.removeprefix("a "), *(_mean(layers, of, k) for _, layers, of in columns)))
        for k, part in enumerate(PARTS)
    ]
    caption = "Linear probes, part by part: the area under the curve within digits, mean over the networks."
    return f"<div class='wide'><table>{head}{''.join(lines)}</table></div><p>{caption}</p>"


def _mean(layers: Sequence[Probes], of: str, k: int) -> str:
    value = float(np.mean([getattr(layer, of)[k] for layer in layers]))
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _row(kind: str, fields: Sequence[object]) -> str:
    return "<tr>" + "".join(f"<{kind}>{field}</{kind}>" for field in fields) + "</tr>"


def _answer(verdict: Verdict) -> str:
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in verdict.sentences)
    return f"<h2>{escape(verdict.question)} <span class='answer'>{verdict.answer}</span></h2>{sentences}"


def _figure(drawn: Axes | Figure, caption: str) -> str:
    from digitlens.figures.theme import to_png

    data, text = base64.b64encode(to_png(drawn)).decode(), escape(caption, quote=True)
    return f"<figure><img alt='{text}' src='data:image/png;base64,{data}'><figcaption>{text}</figcaption></figure>"
