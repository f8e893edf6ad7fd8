"""Workers of a Dask cluster. What one of them had in hand when it died is given to another by Dask.

The Work travels once to each worker, which keeps it as long as it lasts.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any

from digitlens.errors import ClusterError, MissingExtra, UsageError
from digitlens.parallel.beside import Beside
from digitlens.parallel.local import Event
from digitlens.parallel.work import Stopped, Work, packed, portable, unpacked

PATIENCE = 10.0  # seconds for a scheduler to answer, and as long again for its first worker
WITHOUT_WORKERS = 60.0  # seconds that tasks wait for a worker after the last one has gone
POLLED = 2.0  # seconds between two looks at the scheduler


class ClusterWorkers:
    """All workers that a scheduler has, also those that join or leave later.

    Raises MissingExtra without Dask, UsageError for an address that is none, and ClusterError where no scheduler
    answers there in time, or it has no workers.
    """

    def __init__(self, work: Work[Any, Any], address: str, jobs: int | None, events: SimpleQueue[Event]) -> None:
        found = reached(address)
        from distributed import Client, as_completed

        self._address, self._jobs, self._events = address, jobs, events
        self._stopping = self._cancelled = self._closed = False
        self._futures: dict[str, tuple[int, Any]] = {}  # by their keys, with the index of their task
        self._given = threading.Event()
        self._token = f"digitlens-{uuid.uuid4().hex}"
        self.room = jobs or 2 * found  # each does one, and has one ready
        self._looked = self._seen = time.monotonic()  # when the scheduler, and when a worker was there
        try:
            client: Any = Client  # Dask has no types
            self._client = client(address, timeout=PATIENCE, set_as_default=False)
            completed: Any = as_completed
            self._completed = completed(loop=self._client.loop, with_results=True, raise_errors=False)
            self._client.subscribe_topic(self._token, self._reported)
            with warnings.catch_warnings():  # of a megabyte or more in a task: it is the only one
                warnings.simplefilter("ignore")
                self._work = self._client.submit(_unchanged, packed(work), key=f"{self._token}-work")
        except Exception as error:
            raise ClusterError(f"the Dask scheduler at {address} does not answer any more: {_said(error)}") from error
        # A thread of our own: Dask's own for callbacks speaks up where a program ends meanwhile.
        threading.Thread(target=self._listen, name="digitlens cluster", daemon=True).start()

    def start(self, index: int, task: Any) -> None:
        """See Workers."""
        key = f"{self._token}-{index}-{uuid.uuid4().hex[:8]}"
        try:
            future = self._client.submit(do_there, self._token, self._work, index, packed(task), key=key)
            self._futures[key] = index, future
            self._completed.add(future)
            self._given.set()
        except Exception as error:
            raise ClusterError(f"the Dask scheduler at {self._address} is gone: {_said(error)}") from error

    def stop(self) -> None:
        """See Workers."""
        self._stopping = True  # poll() does it: a signal handler must not wait for the network

    def poll(self) -> None:
        """See Workers."""
        if self._stopping and not self._cancelled:
            self._cancelled = True
            Beside(self._client.cancel, [future for _, future in self._futures.values()])
        now = time.monotonic()
        if now - self._looked < POLLED:
            return
        self._looked = now
        try:
            threads = sum(self._client.nthreads(callback_timeout=PATIENCE).values())
        except Exception as error:
            raise ClusterError(f"the Dask scheduler at {self._address} is gone: {_said(error)}") from error
        if threads:
            self._seen = now
            self.room = self._jobs or 2 * threads
        elif now - self._seen > WITHOUT_WORKERS:
            raise ClusterError(f"the Dask scheduler at {self._address} has no workers left; start some and go on")

    def close(self) -> None:
        """See Workers."""
        if self._closed:
            return
        self._closed = True
        self._given.set()
        with suppress(Exception), _silence():  # a scheduler that is gone, too; it forgets what we have asked for
            self._client.close(timeout=PATIENCE / 5)

    def _listen(self) -> None:
        while not self._closed:
            self._given.wait()
            self._given.clear()
            for future, result in self._completed:  # until nothing is under way
                index, _ = self._futures.pop(future.key)
                self._events.put(self._over(index, future.status, result))

    def _over(self, index: int, status: str, result: Any) -> Event:
        """The event that a task has ended in."""
        from distributed.scheduler import KilledWorker

        if status == "finished":
            word, value = result
            return word, index, value
        if status != "error":  # "cancelled" or "lost"
            return ("stopped", index, None) if self._stopping or self._closed else ("lost", index, "its worker is gone")
        error = result[1]
        if isinstance(error, KilledWorker):
            return "given up", index, "each worker of the cluster that had it died"
        advice = "every worker wants the same version of digitlens"
        return "failed", index, ClusterError(f"a worker of the cluster cannot do this: {_said(error)}; {advice}")

    def _reported(self, event: tuple[float, tuple[int, Any]]) -> None:
        """Called by Dask for whatever do_there() reports."""
        index, value = event[1]
        self._events.put(("report", index, value))


def reached(address: str) -> int:
    """How many threads the workers of a scheduler have, all together; it is waited for, but not for long."""
    try:
        from distributed.core import rpc
    except ImportError as error:
        raise MissingExtra('a cluster needs Dask, which is not installed: pip install "digitlens[cluster]"') from error

    connected: Any = rpc  # Dask has no types

    async def identity() -> Any:
        async with connected(address) as scheduler:
            return await scheduler.identity(n_workers=-1)

    async def threads() -> int:
        until = None
        while True:
            told = await asyncio.wait_for(identity(), PATIENCE)
            found = sum(worker["nthreads"] for worker in told["workers"].values())
            now = time.monotonic()
            until = until or now + PATIENCE
            if found or now > until:
                return found
            await asyncio.sleep(0.1)

    try:
        found: int = Beside(asyncio.run, threads()).result()  # on a thread: a notebook's own has a loop already
    except ValueError as error:
        raise UsageError(f"cluster: wants an address like tcp://host:8786, got {address[:80]!r}: {error}") from error
    except Exception as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address}: {_said(error)}; start one with `dask scheduler`, or check the "
            "address"
        ) from error
    if not found:
        raise ClusterError(f"the Dask scheduler at {address} has no workers; start some with `dask worker {address}`")
    return found


@contextmanager
def _silence() -> Iterator[None]:
    """Dask logs an error for each answer that was on its way when its client was closed: nobody waits for those."""
    loggers = [logging.getLogger(name) for name in ("tornado.application", "distributed.client", "distributed.comm")]
    for logger in loggers:
        logger.addFilter(_nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


def _said(error: BaseException) -> str:
    """One line of an error; that of the time that has passed has none of its own."""
    if isinstance(error, TimeoutError):
        return f"no answer in {PATIENCE:g} seconds"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"{type(error).__name__}: {lines[0][:200]}"


# What runs on a worker of the cluster.

_LOCK = threading.Lock()
_BEGUN: dict[str, Callable[[Any, Any], Any]] = {}  # works by their token, the latest last
KEPT = 2  # of them, so that two programs may take turns


def do_there(token: str, work: bytes, index: int, task: bytes) -> tuple[str, Any]:
    """Do one task on a worker: the word and the value of the event that it ends in."""
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1):
            return "result", _begun(token, work)(unpacked(task), _Line(token, index))
    except Stopped:
        return "stopped", None
    except Exception as error:
        return "failed", portable(error)


def _begun(token: str, work: bytes) -> Callable[[Any, Any], Any]:
    with _LOCK:
        if token not in _BEGUN:
            while len(_BEGUN) >= KEPT:
                del _BEGUN[next(iter(_BEGUN))]
            _BEGUN[token] = unpacked(work).begin()
        return _BEGUN[token]


class _Line:
    """The Control of a task on a worker. With each report it looks whether it is still wanted."""

    def __init__(self, token: str, index: int) -> None:
        from distributed import get_worker

        self._worker: Any = get_worker()
        self._key = self._worker.get_current_task()
        self._token, self._index = token, index
        self._stop: Callable[[], object] = lambda: None

    def report(self, value: Any) -> None:
        """See Control."""
        self._worker.log_event(self._token, (self._index, value))
        state = self._worker.state.tasks.get(self._key)
        if state is None or state.state == "cancelled":
            self._stop()

    def on_stop(self, stop: Callable[[], object]) -> None:
        """See Control."""
        self._stop = stop


def _unchanged(work: bytes) -> bytes:
    return work
