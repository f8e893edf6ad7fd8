"""What is to be done elsewhere, and the line between a running task and the caller that waits for it."""

from __future__ import annotations

import pickle  # between our own processes alone: nothing of it is ever stored, nor read from anybody else
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from digitlens.errors import DigitlensError

T = TypeVar("T")  # a task
R = TypeVar("R")  # its result
T_in = TypeVar("T_in", contravariant=True)
R_out = TypeVar("R_out", covariant=True)


class Stopped(Exception):
    """Raised by a task that was asked to stop, and did before its end."""


class Control(Protocol):
    """What a task under way can say and hear."""

    def report(self, value: Any) -> None:
        """Tell how far it is, in plain JSON values; the loop over the results hears it, in this order."""

    def on_stop(self, stop: Callable[[], object]) -> None:
        """What ends the task soon, from another thread. It is called at once where that has been asked already."""


class Work(Protocol[T_in, R_out]):
    """What all tasks have in common. Each worker gets it once, pickled if it is another process, and begins it."""

    def begin(self) -> Callable[[T_in, Control], R_out]:
        """What does one task after another; several threads may call it at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Done(Generic[T, R]):
    """One task that is over."""

    index: int  # its place among the tasks, counted from 0
    task: T
    result: R | None = None  # None where it was lost
    lost: str = ""  # why it was: each worker that had the task died; empty where there is a result


def packed(value: Any) -> bytes:
    """A value as bytes for another process of ours."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:
    """The value again."""
    return pickle.loads(data)  # noqa: S301 - it comes through a pipe from a process that we have started


def portable(error: Exception) -> Exception:
    """An error as another process can be given it, with where it came from unless it is one of ours."""
    if not isinstance(error, DigitlensError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        unpacked(packed(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
