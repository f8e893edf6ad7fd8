"""What a field of a recipe is. Each is declared once, in recipe.py, with all that others have to know about it:

    learning_rate: float = field(0.75, at_most=1e6, label="Learning rate", help="How far ...", group=LEARNING)

From these declarations come the options of every command that trains, the values that `compare --vary` and `sweep`
take, the controls of the page and their checks, the tables in docs/, and the field that a RecipeError names.

A value is spelled in one way everywhere: parse() reads it, write() writes it. Several values in a row are joined by
hyphens, 16-16 or straighten-resize; no value at all is `none`. Read as well, because older command lines, journals and
links hold them: 16,16 and 16x16, straighten+resize, and an empty text for none.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from digitlens.errors import RecipeError

NETWORK, LEARNING, IMAGES, RUN = GROUPS = ("network", "learning", "images", "run")
NONE = "none"  # an empty tuple, spelled
KINDS = {str: "text", int: "integer", float: "number"}
_WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One field of a recipe.

    A field holds one value, or, where its default is a tuple, several: `item` is the type of one of them.
    """

    name: str  # as in Python and JSON: learning_rate
    default: Any
    label: str  # before a control and over a column: "Learning rate"
    help: str  # one sentence, for --help, the page and docs/
    group: str  # one of GROUPS
    item: type[int | float | str]
    unit: str = ""  # of a number, in the plural: "epochs"
    at_least: float = 0
    at_most: float = math.inf
    below: bool = False  # at_most itself is too much
    most: int = 100  # values of a tuple, characters of a text
    choices: Callable[[], Collection[str]] | None = None  # asked whenever it matters: a registry may grow
    value_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)  # where a value is not its own label
    needs: Callable[[], Mapping[str, tuple[str, Collection[str]]]] | None = None  # by value: another field, its values
    step: str = ""  # what engines call it, for which it is a setting of each step: "decay"
    used_with: tuple[str, Callable[[], Collection[str]]] | None = None  # it has a meaning only if that one is one of
    speaks: bool = False  # "ReLU" says by itself that it is an activation; "0.1" does not say what it is
    varied: bool = True  # by compare and sweep
    option: bool = True  # whether commands that train have an option made from it
    page: bool = True  # whether the page has a control for it
    sparse: bool = False  # left out of JSON while it has its default: files stay as those of versions without it
    advanced: bool = False  # there, among those that are folded away
    slider: tuple[float, float] | None = None  # there, a slider between these two, evenly in their logarithm
    offered: tuple[Any, ...] = ()  # there, the tuples that can be chosen
    compared: tuple[Any, Any] | None = None  # the two values that a comparison on the page begins with

    @property
    def several(self) -> bool:
        """Whether it holds a tuple of values."""
        return isinstance(self.default, tuple)

    @property
    def kind(self) -> str:
        """One of text, choice, integer, number; choices or integers where there are several."""
        return ("choice" if self.choices else KINDS[self.item]) + "s" * self.several

    @property
    def flag(self) -> str:
        """Its option on the command line: --learning-rate."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def in_a_sentence(self) -> str:
        """Its label within a sentence: learning rate."""
        return self.label[0].lower() + self.label[1:]

    @property
    def wanted(self) -> str:
        """Which values it takes, as an error says it after "wants"."""
        names = ", ".join(self.choices()) if self.choices else ""
        if self.item is str and not names:
            return f"a text of at most {self.most} characters"
        if names:
            return f"names among {names}" if self.several else f"one of {names}"
        low, high = (f"{end:,.15g}" if self.item is float else f"{end:,}" for end in (self.at_least, self.at_most))
        ends = f"{f'of {self.unit} ' if self.unit else ''}from {low} to {'below ' if self.below else ''}{high}"
        if self.several:
            return f"at most {self.most} whole numbers {ends}"
        return f"a {'whole ' if self.item is int else ''}number {ends}"

    @property
    def wanted_text(self) -> str:
        """The same, of a text: values in a row are joined by hyphens."""
        return f"{self.wanted}, with hyphens between them, or {NONE}" if self.several else self.wanted

    def check(self, value: Any) -> Any:
        """The value as a recipe holds it: a list becomes a tuple, the number of a float field a float.

        Raises RecipeError for a value of another type, or one that is not among those wanted.
        """
        row = isinstance(value, list | tuple)
        values = tuple(value) if row and self.several else (value,)
        if row != self.several or (row and len(values) > self.most) or not all(map(self._sound, values)):
            raise self.error(f"wants {self.wanted}, got {shown(value)}")
        if self.item is float:  # a float of NumPy's would widen float32 weights
            values = tuple(map(float, values))
        return values if self.several else values[0]

    def parse(self, text: str) -> Any:
        """The value that a text stands for. Raises RecipeError for one that stands for none."""
        try:
            return self.check(self._values(text) if self.several else self._one(text))
        except ValueError:
            raise self.error(f"wants {self.wanted_text}, got {shown(text)}") from None

    def write(self, value: Any) -> str:
        """The text that stands for a value: parse() gives the same value again, to the last bit."""
        if isinstance(value, tuple | list):
            return "-".join(map(str, value)) or NONE
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)

    def words(self, value: Any) -> str:
        """A value in a sentence, a number with six digits at most: "ReLU", "0.75", "16-16"."""
        if isinstance(value, float):
            return f"{value:g}"
        if self.several or self.choices is None:
            return self.write(value)
        return self._choice_label(value)

    def describe(self, value: Any) -> str:
        """What to call a recipe that has this value, where others have another one: "ReLU", "learning rate 0.1"."""
        return self.words(value) if self.speaks else f"{self.in_a_sentence} {self.words(value)}"

    def error(self, problem: str) -> RecipeError:
        """A RecipeError about this field."""
        return RecipeError(f"{self.name}: {problem}", self.name)

    def to_json(self) -> dict[str, Any]:
        """All that a page needs for a control and its checks, as plain JSON values; see docs/app.md."""
        plain = (
            *("name", "label", "help", "group", "unit", "kind", "at_least", "below", "most"),
            *("speaks", "option", "page", "advanced", "slider", "step"),
        )
        values: dict[str, Any] = {name: getattr(self, name) for name in plain}
        values["wanted"] = self.wanted_text
        values["at_most"] = self.at_most if math.isfinite(self.at_most) else None
        values["default"] = self.write(self.default)
        values["choices"] = [[name, self._choice_label(name)] for name in self.choices()] if self.choices else []
        values["offered"] = [[self.write(value), self._tuple_label(value)] for value in self.offered]
        values["compared"] = self.compared and [self.write(value) for value in self.compared]
        needs = self.needs() if self.needs else {}
        values["needs"] = {value: [other, list(some)] for value, (other, some) in needs.items()}
        values["used_with"] = self.used_with and [self.used_with[0], list(self.used_with[1]())]
        return values

    def _sound(self, one: Any) -> bool:
        """Whether this can be the value, or one of several."""
        wanted: Any = (int, float) if self.item is float else self.item
        if isinstance(one, bool) or not isinstance(one, wanted):
            return False
        if self.item is str:
            return one in self.choices() if self.choices else len(one) <= self.most
        return self.at_least <= one <= self.at_most and not (self.below and one == self.at_most)  # false for nan too

    def _values(self, text: str) -> tuple[Any, ...]:
        """The values in a row that a text stands for. Raises ValueError for what is no number."""
        if text.strip() in ("", NONE):
            return ()
        parts = [part.strip() for part in re.split(r"[-,+]" if self.item is str else r"[-,+x]", text)]
        return tuple(self._one(part) for part in parts if part or self.item is not str)

    def _one(self, text: str) -> Any:
        """The single value that a text stands for, whether it is wanted or not. Raises ValueError for no number."""
        if self.item is str:
            return text.strip() if self.choices else text
        if not (_WHOLE if self.item is int else _REAL).fullmatch(text.strip()):
            raise ValueError(text)
        return self.item(text)

    def _choice_label(self, value: str) -> str:
        return self.value_labels.get(value, value.replace("_", " "))

    def _tuple_label(self, values: tuple[Any, ...]) -> str:
        return ", ".join(self._choice_label(str(value)) for value in values or (NONE,))


def field(default: Any, **about: Any) -> Any:
    """A field of a dataclass with this default, and all that a Field says about it but for its name.

    item: of several values; otherwise it is the type of the default.
    """
    about.setdefault("item", type(default))
    return dataclasses.field(default=default, metadata={Field: {"default": default, **about}})


def schema_of(recipe: type) -> dict[str, Field]:
    """The fields of a dataclass whose fields were made by field(), by name."""
    return {one.name: Field(name=one.name, **one.metadata[Field]) for one in dataclasses.fields(recipe)}


def shown(value: Any) -> str:
    """A value as it may stand in a message: short, and whatever it is."""
    try:
        return repr(value)[:80]
    except ValueError:  # Python refuses to print whole numbers beyond 4,300 digits
        return "a number too long to print"
