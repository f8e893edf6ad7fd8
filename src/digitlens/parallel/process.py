"""A worker that is a process of its own, which is told what to do through its pipes.

It needs no `__main__` guard. It ignores Ctrl-C, which goes to all processes of a terminal: the process that started
it ends it. When its standard input ends, so does it, whatever it is doing, so that none is left behind. A message is
its length, 8 bytes, and a pickled value: first the Work, then tasks; back come pairs of a word and a value.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from digitlens.errors import DigitlensError
from digitlens.parallel.work import Control, packed, portable, unpacked

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS"), "1"
)  # or the libraries beneath NumPy would start as many in each worker as there are cores
COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from digitlens.parallel.process import serve; serve()"


class WorkerDied(Exception):
    """The process ended while it had a task in hand."""


class Process:
    """A process that begins with its first task. One thread gives it tasks; any may stop it."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        """`work`: gives the packed Work."""
        self._work = work
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, task: Any, control: Control) -> Any:
        """The result of a task. Raises what the task raised, WorkerDied, and DigitlensError where no process can be."""
        begins = self._process is None
        try:
            process = self._process = self._process or self._start()
        except OSError as error:
            raise DigitlensError(
                f"no process could be started for the work: {error.strerror}; ask for fewer jobs, or raise the limits "
                "of this process (ulimit -n, -u, -v)"
            ) from error
        control.on_stop(process.kill)  # it holds nothing that it could leave behind
        assert process.stdin
        assert process.stdout
        try:
            if begins:
                send(process.stdin, self._work())
            send(process.stdin, packed(task))
            while (answer := unpacked(receive(process.stdout)))[0] == "report":
                control.report(answer[1])
        except (OSError, EOFError) as error:
            raise WorkerDied(f"its process ended with exit code {self.close()}") from error
        word, value = answer
        if word == "error":
            raise value
        return value

    def close(self) -> int | None:
        """End the process, if there is one: its exit code."""
        process, self._process = self._process, None
        if process:
            process.kill()
            with suppress(OSError), process:  # what was not sent yet
                pass
        return process.returncode if process else None

    def _start(self) -> subprocess.Popen[bytes]:
        more: dict[str, Any] = {}
        if sys.platform == "win32":  # elsewhere the mask of signals is inherited from the thread, see LocalWorkers
            more["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(  # noqa: S603 - our own interpreter, and one of our own modules
            [sys.executable, "-c", COMMAND, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ONE_THREAD,
            **more,
        )


def serve() -> None:
    """The other end: the work and tasks from standard input, what becomes of them to standard output."""
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get in between
    asked: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        try:
            while True:
                asked.put(receive(inbox))
        finally:
            os._exit(0)  # nobody is there any more, however they ended

    threading.Thread(target=listen, daemon=True).start()
    work, do = asked.get(), None
    while True:
        task = asked.get()
        try:
            if do is None:
                do = unpacked(work).begin()
                work = b""
            answer = "result", do(unpacked(task), _Line(outbox))
        except Exception as error:
            answer = "error", portable(error)
        with suppress(OSError):  # then standard input ends, too
            send(outbox, packed(answer))


class _Line:
    """The Control of a task in here. It is stopped with its process, so it need not hear of it."""

    def __init__(self, outbox: BinaryIO) -> None:
        self._outbox = outbox

    def report(self, value: Any) -> None:
        """See Control."""
        with suppress(OSError):
            send(self._outbox, packed(("report", value)))

    def on_stop(self, stop: Callable[[], object]) -> None:
        """See Control."""


def send(pipe: Any, message: bytes) -> None:
    """One message down a pipe."""
    pipe.write(len(message).to_bytes(8, "little"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: Any) -> bytes:
    """The next message. Raises EOFError where the other end is gone."""
    length = int.from_bytes(_all_of(pipe, 8), "little")
    return _all_of(pipe, length)


def _all_of(pipe: Any, length: int) -> bytes:
    data: bytes = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
