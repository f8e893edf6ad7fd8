"""DigitlensClassifier beside scikit-learn's MLPClassifier on MNIST, in one run: the same network, the same epochs.

    python benchmarks/sklearn_classifier.py --hidden 16-16 --epochs 10 --json

Both have the same hidden layers of ReLU, softmax outputs, cross-entropy, Adam and mini-batches, and one thread each.
They take turns; the median round counts. MLPClassifier gets float32, and keeps no validation images. Seconds are those
of the processor, so that a busy machine slows neither.
"""

from __future__ import annotations

import time
import warnings
from statistics import median
from typing import Any

import click
from threadpoolctl import threadpool_limits

from digitlens.cli.terminal import err, out, print_json
from digitlens.sklearn import DigitlensClassifier


def models(hidden: tuple[int, ...], epochs: int, mini_batch: int, seed: int) -> dict[str, Any]:
    """Both, by name, not yet fitted."""
    from sklearn.neural_network import MLPClassifier

    ours = DigitlensClassifier(
        hidden=hidden, learning_rate=0.001, schedule="constant", mini_batch=mini_batch, epochs=epochs,
        initialisation="glorot", random_state=seed,
    )  # fmt: skip
    theirs = MLPClassifier(
        hidden, batch_size=mini_batch, max_iter=epochs, alpha=0.0, tol=0.0, n_iter_no_change=epochs,
        random_state=seed,
    )  # fmt: skip
    return {"DigitlensClassifier": ours, "MLPClassifier": theirs}


@click.command()
@click.option("--hidden", default="16-16", show_default=True, help="Neurons in each hidden layer: 16-16, or 64.")
@click.option("--epochs", default=10, show_default=True, help="Epochs of each fit.")
@click.option("--mini-batch", default=32, show_default=True, help="Images before each step.")
@click.option("--rounds", default=3, show_default=True, help="Fits of each, with another seed every time.")
@click.option("--data", help="A folder with MNIST's four files.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(hidden: str, epochs: int, mini_batch: int, rounds: int, data: str | None, as_json: bool) -> None:
    """DigitlensClassifier beside MLPClassifier."""
    import numpy as np

    from digitlens.digits.sources.find import find_data

    warnings.simplefilter("ignore")  # MLPClassifier's, that these epochs may be too few
    found = find_data(data or "mnist", offline=True)
    training, test = found.training, found.test
    floats, test_floats = (half.flat.astype(np.float32) / np.float32(255) for half in (training, test))
    given = {"DigitlensClassifier": (training.flat, test.flat), "MLPClassifier": (floats, test_floats)}
    seconds: dict[str, list[float]] = {name: [] for name in given}
    scores: dict[str, list[float]] = {name: [] for name in given}
    engine, layers = "", tuple(map(int, hidden.split("-")))
    with threadpool_limits(1):
        for seed in range(rounds):
            for name, model in models(layers, epochs, mini_batch, seed).items():
                rows, test_rows = given[name]
                begun = time.process_time()
                model.fit(rows, training.digits)
                seconds[name].append(time.process_time() - begun)
                scores[name].append(float(model.score(test_rows, test.digits)))
                engine = getattr(model, "engine_", engine)
                err().print(f"round {seed + 1}: {name} {seconds[name][-1]:.2f} s, {scores[name][-1]:.2%}")
    rows_found = [
        {"name": name, "seconds": round(median(seconds[name]), 3), "accuracy": round(median(scores[name]), 4)}
        for name in given
    ]
    ratio = median(seconds["MLPClassifier"]) / median(seconds["DigitlensClassifier"])
    if as_json:
        print_json({"engine": engine, "hidden": hidden, "epochs": epochs, "fits": rows_found, "ratio": round(ratio, 2)})
        return
    for each in rows_found:
        out().print(f"{each['name']:<20} {each['seconds']:>8} s   {each['accuracy']:.2%} of the test digits")
    out().print(f"DigitlensClassifier, on the {engine} engine, is {ratio:.1f} times as fast.")


if __name__ == "__main__":
    main()
