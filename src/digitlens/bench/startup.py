"""Start-up times: fresh processes, timed from outside, as a user at a shell prompt experiences them."""

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

READY = {  # what each library must import before a network can be used
    "digitlens": "import digitlens; digitlens.Network",
    "numpy": "import numpy",
    "jax": "import jax.numpy",
    "pytorch": "import torch",
    "scikit-learn": "import sklearn.neural_network",
    "onnxruntime": "import onnxruntime",
}
ALONE = {"digitlens": "import digitlens", "python": "pass"}
COMMAND_LINE = "import sys; sys.argv[0] = 'digitlens'; from digitlens.cli.main import main; main()"
GOOD, MOST_EPOCHS = 0.92, 6
TIMEOUT = 120.0

Found = tuple[list[Comparison], list[LeftOut]]


def compare(
    engines: Sequence[str],
    rounds: int,
    progress: Callable[[str], object],
    train_data: str | Path | None = None,
    *,
    ready: Mapping[str, str] = READY,
    command_line: str = COMMAND_LINE,
) -> Found:
    """Times for imports, for --help and, if `train_data` holds MNIST, from the prompt to a good network.

    ready: what each engine must import. command_line: runs `digitlens` with the arguments of its process.
    """
    ready = {name: code for name, code in ready.items() if name == "digitlens" or name in engines}
    found: list[Comparison] = []
    failed: list[LeftOut] = []
    for work, codes, arguments in (
        ("starting Python and importing what a network needs", ready, ()),
        ("starting Python and importing it, before anything of it is used", ALONE, ()),
        ("digitlens --help, from the shell prompt", {"digitlens": command_line}, ("--help",)),
    ):
        progress(work)
        timings, out = _processes(codes, arguments, rounds)
        if timings:
            found.append(Comparison(work, tuple(timings), SECONDS))
        failed += [each for each in out if each not in failed]
    if train_data is not None:
        progress(f"from the shell prompt to a network above {GOOD:.0%}")
        trained = prompt_to_network(train_data, command_line)
        found += [trained] if isinstance(trained, Comparison) else []
        failed += [trained] if isinstance(trained, LeftOut) else []
    return found, failed


def prompt_to_network(data: str | Path, command_line: str = COMMAND_LINE) -> Comparison | LeftOut:
    """The time of `digitlens train` with the fewest epochs that reach 92 % on the test digits."""
    with tempfile.TemporaryDirectory(prefix="digitlens-bench-") as folder:
        for epochs in range(1, MOST_EPOCHS + 1):
            out = str(Path(folder) / f"{epochs}.digitlens")
            arguments = ("train", "--data", str(data), "--offline", "--epochs", str(epochs), "--out", out, "--json")
            try:
                seconds, answer = _run(command_line, arguments)
                accuracy = float(json.loads(answer)["test_accuracy"])
            except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
                return LeftOut("digitlens train", f"failed: {type(error).__name__}")
            if accuracy > GOOD:
                note = f"--epochs {epochs}: {accuracy:.2%} of the test digits"
                work = f"from the shell prompt to a saved network above {GOOD:.0%} on MNIST's test digits"
                return Comparison(work, (Timing("digitlens", (seconds,), note=note),), SECONDS)
    return LeftOut("digitlens train", f"not above {GOOD:.0%} after {MOST_EPOCHS} epochs")


def _processes(codes: Mapping[str, str], arguments: Sequence[str], rounds: int) -> tuple[list[Timing], list[LeftOut]]:
    """Each in turn, round after round. The first round is not counted: Python may still compile to bytecode."""
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
    timings = [Timing(name, tuple(rounds[1:]), rounds[0]) for name, rounds in times.items() if name not in failed]
    return timings, [LeftOut(name, why) for name, why in failed.items()]


def _run(code: str, arguments: Sequence[str]) -> tuple[float, str]:
    """Seconds and standard output of a fresh Python that runs `code`. Raises SubprocessError or OSError if it fails."""
    began = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - our own interpreter, and code that stands above
        [sys.executable, "-P", "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=True,
        encoding="utf-8",
    )
    return time.perf_counter() - began, ended.stdout
