"""How long until something runs: fresh processes, timed from outside, as someone at a shell prompt would."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from digitlens.bench.report import SECONDS, Comparison, LeftOut, Timing

READY = {  # what each needs before a network can be used
    "digitlens": "import digitlens; digitlens.Network",
    "numpy": "import numpy",
    "jax": "import jax.numpy",
    "pytorch": "import torch",
    "scikit-learn": "import sklearn.neural_network",
    "onnxruntime": "import onnxruntime",
}
ALONE = {"digitlens": "import digitlens", "python": "pass"}
COMMAND_LINE = "import sys; sys.argv[0] = 'digitlens'; from digitlens.cli.main import main; main()"
HELP = {"digitlens": COMMAND_LINE}
GOOD, MOST_EPOCHS = 0.92, 6
TIMEOUT = 120.0

Found = tuple[list[Comparison], list[LeftOut]]


def compare(
    engines: Sequence[str], rounds: int, progress: Callable[[str], object], train_data: str | Path | None = None
) -> Found:
    """Imports, the command line's help and, if `train_data` holds MNIST, the way from the prompt to a good network."""
    ready = {name: code for name, code in READY.items() if name == "digitlens" or name in engines}
    found: list[Comparison] = []
    failed: list[LeftOut] = []
    for work, codes, arguments in (
        ("starting Python and importing what a network needs", ready, ()),
        ("starting Python and importing it, before anything of it is used", ALONE, ()),
        ("digitlens --help, from the shell prompt", HELP, ("--help",)),
    ):
        progress(work)
        timings, out = _processes(codes, arguments, rounds)
        if timings:
            found.append(Comparison(work, tuple(timings), SECONDS))
        failed += [each for each in out if each not in failed]
    if train_data is not None:
        progress(f"from the shell prompt to a network above {GOOD:.0%}")
        trained = prompt_to_network(train_data)
        found += [trained] if isinstance(trained, Comparison) else []
        failed += [trained] if isinstance(trained, LeftOut) else []
    return found, failed


def prompt_to_network(data: str | Path) -> Comparison | LeftOut:
    """`digitlens train` as a user would: the fewest epochs that give a network above 92 % on the test digits."""
    with tempfile.TemporaryDirectory(prefix="digitlens-bench-") as folder:
        for epochs in range(1, MOST_EPOCHS + 1):
            out = str(Path(folder) / f"{epochs}.digitlens")
            wanted = ("train", "--data", str(data), "--offline", "--epochs", str(epochs), "--out", out, "--json")
            try:
                seconds, answer = _run(COMMAND_LINE, wanted)
                accuracy = float(json.loads(answer)["test_accuracy"])
            except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
                return LeftOut("digitlens train", f"failed: {type(error).__name__}")
            if accuracy > GOOD:
                note = f"--epochs {epochs}: {accuracy:.2%} of the test digits"
                work = f"from the shell prompt to a saved network above {GOOD:.0%} on MNIST's test digits"
                return Comparison(work, (Timing("digitlens", (seconds,), note=note),), SECONDS)
    return LeftOut("digitlens train", f"not above {GOOD:.0%} after {MOST_EPOCHS} epochs")


def _processes(codes: Mapping[str, str], arguments: Sequence[str], rounds: int) -> tuple[list[Timing], list[LeftOut]]:
    """Each in turn, round after round; the first is not counted, as it may still be compiling to bytecode."""
    times: dict[str, list[float]] = defaultdict(list)
    failed: dict[str, str] = {}
    for _ in range(rounds + 1):
        for name, code in codes.items():
            if name not in failed:
                try:
                    times[name].append(_run(code, arguments)[0])
                except (OSError, subprocess.SubprocessError) as error:
                    hung = isinstance(error, subprocess.TimeoutExpired)
                    failed[name] = "the import did not end" if hung else "cannot be imported here"
    timings = [Timing(name, tuple(each[1:]), each[0]) for name, each in times.items() if name not in failed]
    return timings, [LeftOut(name, why) for name, why in failed.items()]


def _run(code: str, arguments: Sequence[str]) -> tuple[float, str]:
    """Seconds and standard output of a fresh Python that runs `code`. Raises if it fails or does not end."""
    begun = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - our own interpreter, and code that stands above
        [sys.executable, "-P", "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=True,
        encoding="utf-8",
    )
    return time.perf_counter() - begun, ended.stdout
