"""scikit-learn: MLPClassifier, solver sgd or adam, one partial_fit() for each epoch.

It has no quadratic cost: it learns with cross-entropy of softmax outputs, and from its own initial weights. The
arithmetic of an epoch is almost the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from digitlens.bench.task import Floats, Learner, Work

NOTE = "its own cost: cross-entropy of softmax outputs"


def learner(work: Work) -> Learner:
    """Without momentum and weight decay, and without checking the pictures for NaN at every call."""
    import sklearn

    model = _model(work)
    classes, digits = np.arange(10), work.digits.astype(np.int64)

    def epoch() -> None:
        with sklearn.config_context(assume_finite=True):
            model.partial_fit(work.pixels, digits, classes=classes)

    def outputs(images: Floats) -> Any:
        return model.predict_proba(images)

    return Learner(epoch, outputs)


def one_picture(work: Work) -> Callable[[], object]:
    """predict_proba() of one picture."""
    import sklearn

    model, image = _model(work), work.pixels[:1]
    few = slice(0, 100)
    model.partial_fit(work.pixels[few], work.digits[few].astype(np.int64), classes=np.arange(10))
    sklearn.set_config(assume_finite=True)
    return lambda: model.predict_proba(image)


def _model(work: Work) -> Any:
    from sklearn.neural_network import MLPClassifier

    task = work.task
    return MLPClassifier(
        hidden_layer_sizes=task.hidden,
        activation={"sigmoid": "logistic", "relu": "relu"}[task.activation],
        solver={"gradient_descent": "sgd", "adam": "adam"}[task.optimiser],
        batch_size=min(task.mini_batch, len(work.images)),
        learning_rate_init=task.learning_rate if task.optimiser == "adam" else 0.1,
        momentum=0.0,
        nesterovs_momentum=False,
        alpha=0.0,
        random_state=0,
    )
