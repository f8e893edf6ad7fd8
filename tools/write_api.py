"""A page for every public Python name, written down from its docstring and the comments on its fields: docs/api/.

python tools/write_api.py

A field is documented by the comment behind it, or by the lines above it that begin with "#:". tests/test_api_pages.py
holds the pages to the code, and refuses a name, a field, a method or a parameter that nothing is said of.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import digitlens as dl
from digitlens.learning.recipe import FIELDS

FOLDER = Path(__file__).parents[1] / "docs" / "api"
WIDE = 100  # columns of a signature that stands on one line
SHOWN = ("__init__", "__call__", "__getitem__", "__iter__", "__len__")  # methods with two underscores that people use
GROUPS = (
    ("Functions", ("digitlens.python",)),
    ("In a notebook", ("digitlens.widget",)),
    ("Reading pictures", ("digitlens.reading", "digitlens.digits.preparation")),
    ("Data", ("digitlens.digits",)),
    ("Looking inside", ("digitlens.lens",)),
    ("Training, comparing, sweeping", ("digitlens.learning",)),
    ("The network", ("digitlens.network",)),
    ("Errors", ("digitlens.errors",)),
)
HEAD = """\
# The Python API

Written by `python tools/write_api.py` from the docstrings; a test holds the two together. All names are those of
`import digitlens as dl`. Shapes are NumPy's: `(n, 28, 28)` is n pictures of 28 rows and 28 columns.
"""


@dataclass(frozen=True)
class Field:
    """A field of a class."""

    name: str
    type: str
    default: str  # as written; empty where there is none
    text: str  # what its comment says


@dataclass(frozen=True)
class Function:
    """A function, a method or a property."""

    name: str
    signature: str  # "read(picture, network='reader')" with types; of a property its name and type
    text: str  # its docstring
    parameters: tuple[str, ...]
    annotations: str  # all types, of parameters and result
    result: str  # the type of the result
    kind: str = "method"  # or "property", "function"


@dataclass(frozen=True)
class Name:
    """A public name."""

    name: str
    module: str
    kind: str  # "class", "error", "function" or "value"
    text: str  # its docstring; of a value its comment
    functions: tuple[Function, ...]  # itself, of a function; else its methods and properties
    fields: tuple[Field, ...] = ()
    bases: tuple[str, ...] = field(default=())


def names() -> tuple[Name, ...]:
    """All public names, in the order of digitlens/__init__.py."""
    homes: dict[str, str] = dl.__dict__["_HOMES"]
    return tuple(_name(name, module) for name, module in homes.items())


def pages() -> dict[str, str]:
    """Each file of docs/api/ and what stands in it."""
    found = names()
    return {"README.md": _index(found)} | {f"{one.name}.md": _page(one, found) for one in found}


def _name(name: str, module: str) -> Name:
    tree, comments = _source(module)
    node = next(node for node in tree.body if _defines(node, name))
    if isinstance(node, ast.Assign):
        return Name(name, module, "value", _comment(node, comments), ())
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    text = ast.get_docstring(node) or ""
    if isinstance(node, ast.FunctionDef):
        return Name(name, module, "function", text, (_function(node, "function"),))
    kind = "error" if module == "digitlens.errors" else "class"
    methods = tuple(_function(part, _kind(part)) for part in node.body if isinstance(part, ast.FunctionDef))
    bases = tuple(ast.unparse(base) for base in node.bases)
    shown = tuple(method for method in methods if not method.name.startswith("_") or method.name in SHOWN)
    return Name(name, module, kind, text, shown, (*_fields(node, comments), *_attributes(node, comments)), bases)


def _defines(node: ast.stmt, name: str) -> bool:
    """The statement that makes `name`: a class, a function, or `name = ...`."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name and not _overload(node)


@cache
def _source(module: str) -> tuple[ast.Module, dict[int, str]]:
    """A module's tree, and its comments by line."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    with tokenize.open(spec.origin) as file:
        text = file.read()
    with tokenize.open(spec.origin) as file:
        tokens = list(tokenize.generate_tokens(file.readline))
    comments = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    return ast.parse(text), comments


def _fields(node: ast.ClassDef, comments: dict[int, str]) -> Iterator[Field]:
    """What is declared in the body of a class: `name: type = default  # text`."""
    for part in node.body:
        if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
            continue
        if part.target.id.startswith("_"):
            continue
        default, text = _default_of(part.value), _comment(part, comments)
        if isinstance(part.value, ast.Call) and any(word.arg == "help" for word in part.value.keywords):
            declared = FIELDS[part.target.id]  # of a recipe, whose fields say more of themselves than a comment
            default, text = repr(declared.default), f"{declared.help} {_wanted(declared.wanted)}."
        yield Field(part.target.id, ast.unparse(part.annotation), default, text)


def _attributes(node: ast.ClassDef, comments: dict[int, str]) -> Iterator[Field]:
    """What __init__ of a class that is no dataclass sets and says something of: `self.name: type = ...  # text`."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name != "__init__":
            continue
        for part in method.body:
            target = part.target if isinstance(part, ast.AnnAssign) else None
            if isinstance(part, ast.AnnAssign) and isinstance(target, ast.Attribute) and target.attr[0] != "_":
                yield Field(target.attr, ast.unparse(part.annotation), "", _comment(part, comments))


def _wanted(text: str) -> str:
    """Which values a field takes, as Python has them: a tuple, where the command line has hyphens."""
    return text[0].upper() + text[1:].replace(", with hyphens between them, or none", ", or an empty tuple")


def _default_of(value: ast.expr | None) -> str:
    """A default as a reader wants it: that of `field(default_factory=dict)` is {}."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).startswith("_"):
        return ""  # made by what nobody else sees
    if not isinstance(value, ast.Call) or ast.unparse(value.func) not in ("field", "dataclasses.field"):
        return ast.unparse(value) if value else ""
    given = {word.arg: ast.unparse(word.value) for word in value.keywords}
    made = given.get("default_factory", "")
    return {"dict": "{}", "list": "[]", "tuple": "()"}.get(made, made) or given.get("default", "")


def _comment(node: ast.stmt, comments: dict[int, str]) -> str:
    """The comment behind a statement, or the lines above it that begin with "#:"."""
    assert node.end_lineno is not None
    behind = [comments[line] for line in range(node.lineno, node.end_lineno + 1) if line in comments]
    above, line = list[str](), node.lineno - 1
    while comments.get(line, "").startswith("#:"):
        above.insert(0, comments[line])
        line -= 1
    return " ".join(text.lstrip("#: ") for text in above or behind if "noqa" not in text)


def _function(node: ast.FunctionDef, kind: str) -> Function:
    given, result = list(_arguments(node.args)), ast.unparse(node.returns) if node.returns else ""
    types = " ".join([*(type_ for _, type_, _ in given), result])
    signature = f"{node.name}: {result}" if kind == "property" else _signature(node.name, given, result)
    names = tuple(name.lstrip("*") for name, _, _ in given if name != "*")
    return Function(node.name, signature, ast.get_docstring(node) or "", names, types, result, kind)


def _arguments(arguments: ast.arguments) -> Iterator[tuple[str, str, str]]:
    """Name, type and default of each argument but self; a star where only keywords may follow."""

    def one(argument: ast.arg, default: ast.expr | None = None, star: str = "") -> tuple[str, str, str]:
        type_ = ast.unparse(argument.annotation) if argument.annotation else ""
        return star + argument.arg, type_, ast.unparse(default) if default else ""

    places = [*arguments.posonlyargs, *arguments.args]
    none: list[ast.expr | None] = [None] * (len(places) - len(arguments.defaults))
    for argument, default in zip(places, [*none, *arguments.defaults], strict=True):
        if argument.arg not in ("self", "cls"):
            yield one(argument, default)
    if arguments.vararg:
        yield one(arguments.vararg, star="*")
    elif arguments.kwonlyargs:
        yield "*", "", ""
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield one(argument, default)
    if arguments.kwarg:
        yield one(arguments.kwarg, star="**")


def _signature(name: str, given: list[tuple[str, str, str]], result: str) -> str:
    parts = []
    for argument, type_, default in given:
        typed = f"{argument}: {type_}" if type_ else argument
        parts.append(f"{typed}{' = ' if type_ else '='}{default}" if default else typed)
    line = f"{name}({', '.join(parts)}) -> {result}"
    return line if len(line) <= WIDE else "\n".join([f"{name}(", *(f"    {part}," for part in parts), f") -> {result}"])


def _kind(node: ast.FunctionDef) -> str:
    marks = {ast.unparse(mark) for mark in node.decorator_list}
    return "property" if marks & {"property", "cached_property"} else "method"


def _overload(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return any(ast.unparse(mark) == "overload" for mark in node.decorator_list)


def _index(found: tuple[Name, ...]) -> str:
    left, parts = list(found), [HEAD]
    for title, modules in GROUPS:
        here = [one for one in left if one.module.startswith(modules)]
        left = [one for one in left if one not in here]
        rows = [f"| [`{one.name}`]({one.name}.md) | {_cell(first_sentence(one.text))} |" for one in here]
        parts.append(f"## {title}\n\n| name | what it is |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    assert not left, f"no group for {left[0].name} in {left[0].module}"
    return "\n".join(parts)


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    start = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.:?]) (?=[A-Z])", start)[0]


def _page(one: Name, found: tuple[Name, ...]) -> str:
    parts = [f"# `dl.{one.name}`"]
    if one.kind == "function":
        (function,) = one.functions
        parts += [f"```python\ndl.{function.signature}\n```", *_text(function.text, function.parameters)]
    else:
        if one.kind == "error" and one.bases:
            parts.append(f"An exception. It is also a {' and a '.join(f'`{base}`' for base in one.bases)}.")
        parts += _text(one.text, tuple(each.name for each in one.fields))
        for made in (each for each in one.functions if each.name == "__init__"):
            signature = made.signature.replace("__init__(", f"dl.{one.name}(").replace(") -> None", ")")
            parts += ["## Make one", f"```python\n{signature}\n```", *_text(made.text, made.parameters)]
        if one.fields:
            rows = [
                f"| `{each.name}` | `{_cell(each.type)}` | {_cell(each.text)}{_default(each)} |" for each in one.fields
            ]
            parts.append("## Fields\n\n| field | type | what it holds |\n| --- | --- | --- |\n" + "\n".join(rows))
        for title, kind in (("Properties", "property"), ("Methods", "method")):
            members = [each for each in one.functions if each.kind == kind and each.name != "__init__"]
            parts += [f"## {title}"] * bool(members)
            for each in members:
                heading = f"### `{each.name}`\n\n```python\n{each.signature}\n```"
                parts += [heading, *_text(each.text, each.parameters)]
    parts += _links(one, found)
    parts.append(f"Code: `{one.module}`. [All names](README.md)")
    return "\n\n".join(parts) + "\n"


def _default(each: Field) -> str:
    return f" (default: `{_cell(each.default)}`)" if each.default else ""


def _links(one: Name, found: tuple[Name, ...]) -> Iterator[str]:
    """Where people meet this name: what gives it, what takes it, and which other names its own types mention."""
    if one.kind == "error":
        raised = [_link(other) for other in found if other is not one and _mentions(_all_text(other), one.name)]
        if raised:
            yield f"Named by: {', '.join(raised)}."
        return
    mentioned = " ".join([*(f.annotations for f in one.functions), *(each.type for each in one.fields)])
    see = [_link(other) for other in found if other is not one and _mentions(mentioned, other.name)]
    given = [
        _link(other)
        for other in found
        if one.kind == "class"
        and other is not one
        and (
            any(_mentions(f.result, one.name) for f in other.functions)
            or any(_mentions(each.type, one.name) for each in other.fields)
        )
    ]
    if given:
        yield f"You get one from: {', '.join(given)}."
    if see:
        yield f"See also: {', '.join(see)}."


def _all_text(one: Name) -> str:
    return " ".join([one.text, *(function.text for function in one.functions)])


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def _link(one: Name) -> str:
    return f"[`{one.name}`]({one.name}.md)"


def _cell(text: str) -> str:
    """Text as it may stand in a table."""
    return _safe(text).replace("|", "\\|")


def _safe(text: str) -> str:
    """Text in which Markdown takes nothing for HTML."""
    return re.sub(r"<(?=[A-Za-z/!])", r"\\<", text)


def _text(docstring: str, parameters: tuple[str, ...]) -> Iterator[str]:
    """A docstring as Markdown: parameters as a list, examples and what is indented as code."""
    for block in re.split(r"\n\s*\n", docstring):
        if block.startswith(">>>"):
            yield f"```pycon\n{block}\n```"
        elif block.startswith("    "):
            yield f"```text\n{textwrap.dedent(block)}\n```"
        else:
            yield "\n".join(_lines(block, parameters))


def _lines(block: str, parameters: tuple[str, ...]) -> Iterator[str]:
    """The lines of a paragraph; one that begins with a parameter and a colon is an item of a list."""
    listed = False
    for line in block.splitlines():
        begins = re.match(r"(\w+(?:(?:, | and )\w+)*): ", line)
        if begins and set(re.split(r", | and ", begins[1])) <= set(parameters):
            listed = True
            named = re.sub(r"\w+(?<!and)", lambda word: f"`{word[0]}`", begins[1])
            yield f"- {named}: {_safe(line[begins.end() :])}"
        else:
            yield ("  " if listed and line.strip() else "") + _safe(line.strip() if listed else line)


def write() -> None:
    """Write all pages, and remove those of names that are gone."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
