"""Old names that still work: each gives a DeprecationWarning that says the new one.

    @renamed_arguments(heard="on_progress")
    def sweep(values, *, on_progress=None): ...

    wishes = renamed_method("Steps", "wishes", "output_gradients")

Public functions, classes and modules keep an old name until the next major version.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from digitlens.errors import UsageError

P = ParamSpec("P")
R = TypeVar("R")


def warn_renamed(old: str, new: str, stacklevel: int = 2) -> None:
    """Warn that `old` is called `new` now. stacklevel: as for warnings.warn(), counted from our caller.

    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     warn_renamed("dl.old", "dl.new")
    >>> str(said[0].message)
    'dl.old is called dl.new now; the old name will go'
    """
    message = f"{old} is called {new} now; the old name will go"
    warnings.warn(message, DeprecationWarning, stacklevel=stacklevel + 1)


def renamed_arguments(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator for a function some of whose keyword arguments have new names: old="new".

    The old name is passed on as the new one, with a DeprecationWarning. Raises UsageError where both are given. A type
    checker and inspect.signature() see the new names only.

    >>> @renamed_arguments(heard="on_progress")
    ... def count(*, on_progress):
    ...     on_progress(1)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     count(heard=print)
    1
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: Any, **given: Any) -> R:
            for old, new in names.items():
                if old not in given:
                    continue
                who = function.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__")
                if new in given:
                    raise UsageError(f"{who}() got both {new} and {old}, its old name; leave {old} out")
                warn_renamed(f"{who}({old}=...)", f"{who}({new}=...)")
                given[new] = given.pop(old)
            return function(*args, **given)

        return call

    return decorate


def renamed_method(owner: str, old: str, new: str) -> Callable[..., Any]:
    """A method called `old` that does what the method called `new` does, with a DeprecationWarning."""

    def call(self: Any, *args: Any, **given: Any) -> Any:
        warn_renamed(f"{owner}.{old}()", f"{owner}.{new}()")
        return getattr(self, new)(*args, **given)

    call.__name__, call.__doc__ = old, f"The old name of {new}()."
    return call


def renamed_property(owner: str, old: str, new: str) -> property:
    """A property called `old` that is the attribute called `new`, with a DeprecationWarning."""

    def get(self: Any) -> Any:
        warn_renamed(f"{owner}.{old}", f"{owner}.{new}")
        return getattr(self, new)

    return property(get, doc=f"The old name of {new}.")
