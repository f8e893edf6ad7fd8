"""What a caller hands over is checked where it comes in: one sentence in our own form, no TypeError from within.

    check_type("save()", "reader", reader, Reader, "a Reader", "give run.reader() instead of the run")

Each error says who speaks, what was wanted, what was given and, where that is known, what to do.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Sequence
from numbers import Real
from typing import Any, TypeVar

from digitlens.errors import UsageError

T = TypeVar("T")

LONGEST = 60  # characters of a value that a message shows


def described(value: object) -> str:
    """A value as a message shows it: itself where that is short, and its type.

    >>> described(5), described(None), described([1, 2])
    ('5 (int)', 'None', 'a list')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    name = type(value).__name__
    if isinstance(value, (int, float, str, bytes)):
        try:
            text = repr(value)
        except ValueError:  # Python refuses to print whole numbers beyond 4,300 digits
            text = "a number too long to print"
        return f"{text if len(text) <= LONGEST else f'{text[:LONGEST]}…'} ({name})"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def check_type(
    who: str, name: str, value: object, kinds: type | tuple[type, ...], wanted: str, advice: str = ""
) -> None:
    """Raise UsageError unless `value` is of one of these types.

    who: the function that speaks, "read()"; name: its argument; wanted: the types in words; advice: what to do.

    >>> check_type("load()", "network", 5, str, "a name")
    Traceback (most recent call last):
        ...
    digitlens.errors.UsageError: load() wants a name for network, got 5 (int)
    """
    if not isinstance(value, kinds):
        raise UsageError(f"{who} wants {wanted} for {name}, got {described(value)}{f'; {advice}' if advice else ''}")


def tuple_of(who: str, name: str, values: Any, kind: type[T], wanted: str) -> tuple[T, ...]:
    """The values as a tuple; raise UsageError unless they are a list or tuple, all of this type.

    >>> tuple_of("Network()", "layers", [1, 2], int, "numbers")
    (1, 2)
    """
    check_type(who, name, values, (list, tuple), f"a tuple of {wanted}")
    for value in values:
        check_type(who, name, value, kind, f"a tuple of {wanted}")
    return tuple(values)


def whole_number(who: str, name: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """The value as an int; raise UsageError unless it is a whole number from `least` to `most`. True is not one.

    >>> whole_number("pen_digits()", "count", 3, 1)
    3
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise UsageError(f"{who} wants a whole number for {name}, got {described(value)}") from None
    if isinstance(value, bool):
        raise UsageError(f"{who} wants a whole number for {name}, got {value}")
    if (least is not None and number < least) or (most is not None and number > most):
        span = f"{least:,} or more" if most is None else f"from {least or 0:,} to {most:,}"
        raise UsageError(f"{who} wants {name} {span}, got {described(number)}")
    return number


def check_number(who: str, name: str, value: Any) -> None:
    """Raise UsageError unless `value` is a finite number that a float can hold. True is not one."""
    try:
        if type(value) is not bool and isinstance(value, Real) and math.isfinite(value):
            return
    except OverflowError:  # a whole number beyond any float
        pass
    raise UsageError(f"{who} wants a finite number for {name}, got {described(value)}")


def check_callback(who: str, name: str, value: object, arguments: str) -> None:
    """Raise UsageError unless `value` can be called with these arguments, such as "done, total".

    It is checked before any work is done, and not when the callback is first called.

    >>> check_callback("sweep()", "on_progress", print, "done, total")
    """
    count = len(arguments.split(", "))
    try:
        if callable(value):
            inspect.signature(value).bind(*range(count))
            return
    except ValueError:  # a function written in C that does not say what it takes
        return
    except TypeError:
        raise UsageError(
            f"{who} calls {name}({arguments}), and what was given takes other arguments: {described(value)}"
        ) from None
    raise UsageError(f"{who} wants a function {name}({arguments}), got {described(value)}")


def list_of_values(who: str, values: Any) -> tuple[Any, ...]:
    """Values to compare, from a list, a tuple or an array. Raises UsageError for anything else, a text among it."""
    import numpy as np

    if isinstance(values, np.ndarray) and values.ndim:
        return tuple(values.tolist())
    if isinstance(values, (str, bytes)):  # each is a sequence, of letters
        raise UsageError(f"{who} wants a list of values, got {described(values)}; write [{values!r:.60}, ...]")
    check_type(who, "values", values, Sequence, "a list of values", 'such as ["sigmoid", "relu"]')
    return tuple(values)
