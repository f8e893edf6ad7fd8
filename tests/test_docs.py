"""The documentation is a contract: what it shows is what happens, and every command and option stands in it."""

from __future__ import annotations

import ast
import json
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from digitlens.cli.main import COMMANDS, _run, cli
from digitlens.learning.recipe import FIELDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = [block.split("\n", 1) for block in re.findall(r"```console\n\$ digitlens (.*?)```", README, re.DOTALL)]
WITHOUT_MNIST = ("read", "explain")


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("command", "output"), [block for block in SHOWN if block[0].startswith(WITHOUT_MNIST)])
def test_what_the_readme_shows_is_what_the_command_prints(
    command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(shlex.split(command)) == 0
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    for part in output.split("\n…\n"):  # a line with nothing but … leaves lines out
        lines = part.strip("\n").splitlines()
        start = printed.index(lines[0])
        assert printed[start : start + len(lines)] == lines


def test_the_readme_shows_reading_explaining_and_training() -> None:
    assert {block[0].split()[0] for block in SHOWN} >= {"read", "explain", "train"}


def test_every_command_that_the_documents_name_exists_with_its_options() -> None:
    named = re.findall(r"digitlens ([a-z]+)((?: +[^`#\n]*)?)", README + (ROOT / "docs/recipes.md").read_text("utf-8"))
    commands = [(name, rest) for name, rest in named if name in COMMANDS]
    assert len(commands) > 10
    with click.Context(cli) as context:
        for name, rest in commands:
            command = cli.get_command(context, name)
            assert command is not None
            group = command.commands.values() if isinstance(command, click.Group) else ()
            options = {text for each in (command, *group) for parameter in each.params for text in parameter.opts}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options, (name, rest)


def test_every_field_of_a_recipe_is_documented() -> None:
    document = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    write = runpy.run_path(str(ROOT / "tools/write_fields.py"))
    assert write["inserted"](document) == document, "run `python tools/write_fields.py`"
    assert all(f"| `{name}` |" in document for name in FIELDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_documented(name: str) -> None:
    document = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    section = squeezed(re.sub(r"-\s+(?=folder)", "-", document.split(f"## digitlens {name}\n")[1].split("\n## ")[0]))
    with click.Context(cli) as context:
        command = cli.get_command(context, name)
        assert command is not None
        assert squeezed(command.help or "").split(".")[0] in section
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert max(parameter.opts, key=len) in section
                assert squeezed(parameter.help or "") in section, "run `python tools/write_commands.py`"


def test_every_field_of_json_is_documented(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "none.png").write_bytes(b"no picture")
    folder, network = str(tmp_path / "pen"), str(tmp_path / "some.digitlens")
    document = (ROOT / "docs/json.md").read_text(encoding="utf-8").split("\n## digitlens ")
    sections = {section.split("\n")[0]: set(re.findall(r"`(\w+)`", section)) for section in document}
    assert set(COMMANDS) < set(sections)
    for given in (
        f"data --write {folder} --data pen --count 60",
        "data",
        f"read --examples {tmp_path}",
        "explain --example 7",
        "explain --example 7 --target 2",
        f"train --data {folder} --epochs 1 --out {network}",
        f"compare --vary epochs=1,2 --seeds 1 --data {folder}",
        f"sweep --grid epochs=1,2 --data {folder} --journal {tmp_path / 'journal'}",
        f"evaluate --data {folder} --network {network}",
        f"inspect confusion mistakes --data {folder}",
    ):
        command, *rest = given.split()
        assert _run([command, "--json", *rest]) == 0
        printed = json.loads(capsys.readouterr().out)
        told = sections[command] | (sections["read"] if command == "explain" else set())
        for each in printed if isinstance(printed, list) else [printed]:
            for part in (each, each.get("neuron"), each.get("learning")):
                for name in part or ():
                    assert name in told or re.fullmatch(r"(training|validation|test)_(cost|accuracy)", name), (
                        given,
                        name,
                    )


def test_the_python_in_the_readme_names_what_exists() -> None:
    import digitlens as dl

    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    used = {
        node.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dl"
    }
    assert used
    assert used <= set(dir(dl))


def test_contributing_draws_the_packages_as_the_import_rules_have_them() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(rule for rule in rules if rule.get("containers") == ["digitlens"])["layers"]
    wanted = [re.sub(r"[()]", "", layer) for layer in reversed(layers)]
    line = next(
        line for line in (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines() if line.startswith("`errors`")
    )
    assert [part.strip("`") for part in line.split(" < ")] == wanted


DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("benchmarks/*.md"),
]


def anchors(document: Path) -> set[str]:
    """The names of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_local_link_leads_somewhere(document: Path) -> None:
    for link, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]+))?\)", document.read_text(encoding="utf-8")):
        target = document.parent / link if link else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_of_ours_that_is_named_exists(document: Path) -> None:
    if document.name == "CHANGELOG.md" or document.parent.name == "decisions":
        return  # they tell of what was
    ours = [
        path.relative_to(ROOT).as_posix()
        for folder in ("src", "tests", "tools", "benchmarks")
        for path in (ROOT / folder).rglob("*.*")
    ]
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|js|mjs|cpp|h|css|sh))`", text)
    assert [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in ours)] == []
