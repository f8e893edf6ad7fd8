"""One function on a thread of its own, while the caller does something else.

    packed = Beside(pack, images)
    train(...)
    use(packed.result())

concurrent.futures does not serve here: it takes nothing more once the main thread has ended, though other threads,
which may be training, go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Beside(Generic[T]):
    """A call that has begun on another thread; where no thread can be started any more, it has been made already."""

    def __init__(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> None:
        self._results: list[T] = []
        self._error: BaseException | None = None

        def call() -> None:
            try:
                self._results.append(function(*arguments, **named))
            except BaseException as error:
                self._error = error

        self._thread = threading.Thread(target=call, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # Python is ending, or the system has no thread left
            call()

    @property
    def over(self) -> bool:
        """Whether result() would not have to wait."""
        return bool(self._results) or self._error is not None

    def result(self) -> T:
        """What the function returned, as soon as it has. Raises what it raised."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]
