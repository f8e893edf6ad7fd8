"""The measurement: every engine in turn, round after round (A B C A B C), so that a busy moment affects all alike."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitlens.bench import machine, startup
from digitlens.bench.peers import COMPILED, LEARNERS, MODULES, NOT_COMPILED, OWN, READERS, own_engines
from digitlens.bench.pictures import EPOCH, Pictures
from digitlens.bench.report import SECONDS, Comparison, LeftOut, Report, Timing
from digitlens.bench.task import Task
from digitlens.bench.workers import Worker, WorkerFailed, quiet_core
from digitlens.errors import DigitlensError, UsageError

TASKS = (  # the first is the main one
    Task(),
    Task(mini_batch=10),
    Task(mini_batch=128),
    Task(activation="relu"),
    Task(optimiser="adam"),
    Task(activation="relu", optimiser="adam"),
)
READS = 1_000  # how often one picture is read in a round

Progress = Callable[[str], object]  # called with a text at each step
Start = Callable[[str, int | None], Worker]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. Raises UsageError for invalid values."""

    engines: tuple[str, ...] = tuple(MODULES)  # to compare with
    tasks: tuple[Task, ...] = TASKS  # the first is the main work
    images: int = EPOCH
    rounds: int = 3
    latency: bool = True
    startup: bool = True
    timeout: float = 60.0  # seconds that an engine may take for one epoch
    own: tuple[str, ...] = tuple(name for name in MODULES if name.startswith(OWN))  # ours, if they can run here

    def __post_init__(self) -> None:
        if unknown := sorted({*self.engines, *self.own} - set(MODULES)):
            raise UsageError(f"an engine of the bench is one of {', '.join(MODULES)}, got {', '.join(unknown)}")
        most = max(task.mini_batch for task in self.tasks)
        if self.rounds < 1 or self.images < most:
            needed = f"at least 1 round and {most} images"
            raise UsageError(f"the bench wants {needed}, got {self.rounds} and {self.images}")

    def takes_part(self, name: str) -> bool:
        """Whether an engine takes part. Ours do even if `engines` does not name them, because ratios are to ours."""
        return name in self.own and name in own_engines() if name.startswith(OWN) else name in self.engines


class Bench:
    """The workers of the engines that run, and the engines that were left out, with the reason."""

    def __init__(self, plan: Plan, progress: Progress, workers: list[Worker]) -> None:
        self.plan, self.progress, self.workers = plan, progress, workers
        self.left_out: list[LeftOut] = []

    def ask(self, command: dict[str, Any], names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Send the same command to these engines, one after another; one that fails is left out from then on."""
        for worker in [worker for worker in self.workers if worker.name in names]:
            try:
                yield worker.name, worker.ask(dict(command), self.plan.timeout)
            except WorkerFailed as failure:
                self.drop(worker, str(failure))

    def drop(self, worker: Worker, why: str) -> None:
        """End a worker and leave its engine out."""
        worker.end()
        self.workers.remove(worker)
        self.left_out.append(LeftOut(worker.name, why))

    def epochs(self, task: Task, notes: dict[str, str]) -> Comparison | None:
        """Time one epoch of a task with all engines that learn."""
        plan, images = self.plan, min(task.images or self.plan.images, self.plan.images)
        what = task.describe(images)
        work = what.partition(" through ")[2]
        self.progress(f"{work}: getting ready")
        ready = tuple(name for name, _ in self.ask({"do": "learn", **asdict(task)}, LEARNERS))
        rounds: dict[str, list[float]] = defaultdict(list)
        for i in range(plan.rounds + 1):  # the first is not counted
            self.progress(f"{work}: round {i} of {plan.rounds}" if i else f"{work}: warming up")
            for name, answer in self.ask({"do": "epoch"}, ready):
                rounds[name].append(answer["seconds"])
        accuracies = {name: answer["accuracy"] for name, answer in self.ask({"do": "accuracy"}, ready)}
        timings = [
            Timing(name, tuple(rounds[name][1:]), rounds[name][0], round(accuracy, 4), notes.get(name, ""))
            for name, accuracy in accuracies.items()
        ]
        return Comparison(what, tuple(timings), task=task.to_json(images)) if timings else None

    def readings(self, notes: dict[str, str]) -> Comparison | None:
        """Time the reading of one picture with all engines."""
        self.progress("one picture: getting ready")
        ready = tuple(name for name, _ in self.ask({"do": "one picture"}, READERS))
        rounds: dict[str, list[float]] = defaultdict(list)
        for i in range(self.plan.rounds + 3):
            self.progress(f"one picture: round {i + 1}")
            for name, answer in self.ask({"do": "read", "times": READS}, ready):
                rounds[name].append(answer["seconds"])
        timings = [
            Timing(worker.name, tuple(rounds[worker.name][1:]), note=notes.get(worker.name, ""))
            for worker in self.workers
            if worker.name in ready
        ]
        what = "reading one picture: one forward pass of 784-16-16-10, from Python"
        return Comparison(what, tuple(timings), SECONDS) if timings else None


def measure(
    plan: Plan,
    pictures: Pictures,
    progress: Progress = lambda what: None,
    start: Start = Worker,
    train_data: str | Path | None = None,
) -> Report:
    """Carry out the plan. Raises DigitlensError if none of our engines could do the main task.

    However it ends, even by Ctrl-C, no worker process remains. start: makes a worker (for tests). train_data: the
    folder of the digits with which `digitlens train` is timed from the shell prompt.
    """
    with _started(plan, pictures.repeated(plan.images), progress, start) as (bench, notes):
        main, *others = [bench.epochs(task, notes) for task in plan.tasks]
        if plan.latency:
            others.append(bench.readings(notes))
        if main is None or main.own_best is None:
            reasons = "; ".join(f"{each.name}: {each.why}" for each in bench.left_out)
            raise DigitlensError(f"the bench has nothing to compare with, our own engine failed: {reasons}")
        left_out = list(bench.left_out)
    if plan.startup:
        found, failed = startup.compare(plan.engines, plan.rounds, progress, train_data if pictures.mnist else None)
        others += found
        said = {each.name for each in left_out}
        left_out += [each for each in failed if each.name not in said]
    more = tuple(comparison for comparison in others if comparison is not None)
    return Report(main, more, tuple(left_out), pictures.repeated(plan.images).what, machine.describe())


@contextmanager
def _started(
    plan: Plan, pictures: Pictures, progress: Progress, start: Start
) -> Iterator[tuple[Bench, dict[str, str]]]:
    """A worker for each engine of the plan, with the pictures loaded; and a note on each engine."""
    core = quiet_core()
    with ExitStack() as ends:
        progress("starting the engines")
        names = [name for name in MODULES if plan.takes_part(name)]
        bench = Bench(plan, progress, [ends.enter_context(start(name, core)) for name in names])
        if COMPILED not in own_engines():
            bench.left_out.append(LeftOut(COMPILED, NOT_COMPILED))
        with tempfile.TemporaryDirectory(prefix="digitlens-bench-") as folder:
            command = {"do": "load"}
            for name, array in (("images", pictures.images), ("digits", pictures.digits)):
                command[name] = str(Path(folder) / f"{name}.npy")
                np.save(command[name], array, allow_pickle=False)
            notes = {name: answer["note"] for name, answer in bench.ask(command, names)}
        yield bench, notes
