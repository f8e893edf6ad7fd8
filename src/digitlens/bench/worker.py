"""The worker: one engine in a process of its own, `python -m digitlens.bench.worker NAME`.

It reads commands from standard input, one JSON object a line, and answers each with one on standard output:

    {"do": "load", "images": FILE, "digits": FILE}   the pictures, as .npy files
    {"do": "learn", "mini_batch": 32, ...}           prepare for this Task; not timed
    {"do": "epoch"}                                  learn one epoch; {"seconds": ...}
    {"do": "accuracy"}                               the accuracy so far; {"accuracy": ...}
    {"do": "one picture"}                            prepare to read one picture
    {"do": "read", "times": 1000}                    read it this many times; {"seconds": ... for one picture}

An error is answered with {"error": ...}. When its input ends, the worker ends at once, so it never becomes an orphan.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TextIO

MEASURED = 10_000  # pictures for the accuracy


class CommandHandler:
    """Carries out the commands; holds the pictures, the task and the engine."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._images: Any = None
        self._digits: Any = None
        self._learner: Any = None
        self._work: Any = None
        self._read: Callable[[], object] | None = None

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command and return the answer."""
        actions: dict[str, Callable[..., dict[str, Any]]] = {
            "load": self._load,
            "learn": self._learn,
            "epoch": self._epoch,
            "accuracy": self._accuracy,
            "one picture": self._one_picture,
            "read": self._read_often,
        }
        return actions[command.pop("do")](**command)

    def _load(self, images: str, digits: str) -> dict[str, Any]:
        import numpy as np

        from digitlens.bench.peers import peer

        self._images, self._digits = (np.load(file, allow_pickle=False) for file in (images, digits))
        self._peer = peer(self.name)
        return {"note": getattr(self._peer, "NOTE", "")}

    def _learn(self, **task: Any) -> dict[str, Any]:
        from digitlens.bench.peers import OWN
        from digitlens.bench.task import Task, Work

        self._learner = None  # frees the pictures of the task before
        next_task = Task(**task)
        used = slice(0, next_task.images or None)
        self._work = Work(self._images[used], self._digits[used], next_task)
        if not self.name.startswith(OWN):
            self._work.pixels  # noqa: B018 - made now, before anything is timed
        self._learner = self._peer.learner(self._work)
        return {}

    def _epoch(self) -> dict[str, Any]:
        began = time.perf_counter()
        seconds = self._learner.epoch()
        return {"seconds": time.perf_counter() - began if seconds is None else seconds}

    def _accuracy(self) -> dict[str, Any]:
        import numpy as np

        few = np.divide(self._work.images[:MEASURED], 255, dtype=np.float32)
        outputs = self._learner.outputs(few)
        return {"accuracy": float((outputs.argmax(axis=1) == self._work.digits[:MEASURED]).mean())}

    def _one_picture(self) -> dict[str, Any]:
        from digitlens.bench.task import Work

        few = slice(0, 1_000)
        self._learner = None
        self._read = self._peer.one_picture(Work(self._images[few], self._digits[few]))
        self._read()
        return {}

    def _read_often(self, times: int) -> dict[str, Any]:
        read = self._read
        assert read is not None
        began = time.perf_counter()
        for _ in range(times):
            read()
        return {"seconds": (time.perf_counter() - began) / times}


def main() -> None:
    """Answer commands until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the bench, which ends its workers itself
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints goes to stderr
    commands: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, commands), daemon=True).start()
    handler = CommandHandler(sys.argv[1])
    while True:
        command = commands.get()
        try:
            answer = handler.do(command)
        except ImportError as error:
            answer = {"missing": str(error)}
        except Exception as error:  # the bench reports it and continues with the other engines
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def _listen(lines: TextIO, commands: SimpleQueue[dict[str, Any]]) -> None:
    for line in lines:
        commands.put(json.loads(line))
    os._exit(0)  # the bench is gone


if __name__ == "__main__":
    main()
