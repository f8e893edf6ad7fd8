"""The bench's side of its workers: a process for each engine, all on the same core, one of them working at a time.

These are not the processes of `parallel/`, which share out one piece of work: an engine must not meet the libraries of
another in its process, and each keeps its process, warm, from one round to the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "CUDA_VISIBLE_DEVICES": "",
}


class WorkerFailed(Exception):
    """A worker crashed, hung, or reported an error. The message says which, without the worker's name."""


class NotInstalled(WorkerFailed):
    """The library of this engine is not installed."""


class Worker:
    """One engine in a process of its own. Use it in a `with` block: when the block ends, the process ends."""

    def __init__(self, name: str, core: int | None = None, command: Sequence[str] = ()) -> None:
        """core: the only core it may use, if the system supports that. command: another program, for tests."""
        self.name = name
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, and one of our own modules
            command or [sys.executable, "-m", "digitlens.bench.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **ONE_THREAD},
        )
        if core is not None and hasattr(os, "sched_setaffinity"):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(self._process.pid, {core})
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def ask(self, command: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Send a command and return its answer. Raises WorkerFailed if none comes within `timeout` seconds."""
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=timeout)
        except (OSError, ValueError):
            line = ""
        except Empty:
            self.end()
            raise WorkerFailed(f"gave no answer in {timeout:g} seconds") from None
        if not line:
            raise WorkerFailed(f"ended by itself, with exit code {self._process.wait()}")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise WorkerFailed("gave an answer that is not a JSON object")
        if "missing" in answer:
            raise NotInstalled(f"not installed ({answer['missing']})")
        if "error" in answer:
            raise WorkerFailed(str(answer["error"]))
        return answer

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End the process at once, if it still runs."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")  # it has ended


def quiet_core() -> int | None:
    """The core that the workers share: the last one we may use; None if the system does not support that."""
    if hasattr(os, "sched_getaffinity"):
        return max(os.sched_getaffinity(0))
    return None
