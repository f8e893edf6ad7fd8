"""A field is declared once: in a copy of the package that has one more, it is everywhere by that alone.

The copy differs from the package in one declaration, in learning/recipe.py, and every test here asks another face.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.conftest import served, watched
from tests.web.training_page import button, ended, field, heard, pictures, trainer, wrong

import digitlens

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).parents[2]
BEFORE = "\n    def __post_init__(self)"
DECLARATION = """
    warmth: float = field(
        20.0,
        at_most=90,
        below=True,
        unit="degrees",
        label="Warmth",
        help="How warm it is where the network learns.",
        group=LEARNING,
        compared=(20.0, 37.5),
    )
"""
COPY_FIRST = """\
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("_editable_")]
"""  # the finder of an editable install would go before PYTHONPATH


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of processes that import the copy."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(digitlens.__file__).parent, folder / "digitlens", ignore=ignored)
    recipe = folder / "digitlens" / "learning" / "recipe.py"
    text = recipe.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    recipe.write_text(text.replace(BEFORE, DECLARATION + BEFORE), encoding="utf-8")
    (folder / "sitecustomize.py").write_text(COPY_FIRST, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(folder), "DIGITLENS_RUNS": str(folder / "runs"), "COLUMNS": "100"}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures(tmp_path_factory.mktemp("labelled") / "digits")


def said(environment: dict[str, str], *words: str | Path, code: int = 0) -> str:
    """What a process with the copy prints, white space squeezed."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == code, done.stderr
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("command", ["train", "compare", "sweep", "lab"])
def test_every_command_that_trains_has_an_option_for_it(environment: dict[str, str], command: str) -> None:
    help_text = said(environment, "-m", "digitlens", command, "--help")
    assert "--warmth NUMBER How warm it is where the network learns." in help_text


def test_the_option_is_checked_and_what_it_says_goes_into_the_network(
    environment: dict[str, str], digits: Path, tmp_path: Path
) -> None:
    train = ("-m", "digitlens", "train", "--data", digits, "--epochs", "1", "--out", tmp_path / "warm.digitlens")
    assert "a number of degrees from 0 to below 90, got '90'" in said(environment, *train, "--warmth", "90", code=2)
    answer = said(environment, *train, "--warmth", "37.5", "--json")
    assert json.loads(answer)["recipe"]["warmth"] == 37.5
    with pytest.raises(digitlens.RecipeError, match="warmth"):  # the package itself does not know it
        digitlens.Recipe.from_json(json.loads(answer)["recipe"])


def test_it_is_varied_and_swept(environment: dict[str, str], digits: Path, tmp_path: Path) -> None:
    few = ("--data", digits, "--epochs", "1", "--hidden", "4")
    compared = said(environment, "-m", "digitlens", "compare", "--vary", "warmth=20,37.5", "--seeds", "1", *few)
    assert "warmth 20 " in compared
    assert "warmth 37.5 " in compared
    swept = said(
        environment, "-m", "digitlens", "sweep", "--random", "warmth=20..40", "--runs", "3", *few,
        "--journal", tmp_path / "journal", "--json",
    )  # fmt: skip
    assert all(20 <= row["recipe"]["warmth"] <= 40 for row in json.loads(swept))


def test_it_stands_in_the_documents_that_are_written_from_the_declarations(environment: dict[str, str]) -> None:
    tool = "import runpy, sys; print(runpy.run_path(sys.argv[1])['text']())"
    table = said(environment, "-c", tool, ROOT / "tools/write_fields.py")
    assert "| `warmth` | Warmth | How warm it is where the network learns. | A number of degrees from 0 to" in table
    commands = said(environment, "-c", tool, ROOT / "tools/write_commands.py")
    assert commands.count("--warmth NUMBER") == 4


@pytest.fixture(scope="module")
def address(environment: dict[str, str], digits: Path) -> Iterator[str]:
    with served("--data", str(digits), environment=environment) as address:
        yield address


CHOICES = """() => new Promise(done => digitlens.live.on("choices",
    ({ fields }) => done(fields.find(({ name }) => name === "warmth"))))"""


def test_the_page_has_a_control_for_it_which_checks_and_trains_with_it(context: BrowserContext, address: str) -> None:
    with watched(context.pages[0], console=False):
        page = trainer(context, address, "train?data=folder&epochs=1")
        declared: dict[str, Any] = heard(page, CHOICES)
        assert (declared["label"], declared["kind"], declared["default"]) == ("Warmth", "number", "20")
        control = field(page, "warmth")
        assert page.locator("label[for=train-warmth]").inner_text() == "Warmth"
        assert control.input_value() == "20"
        control.fill("90")
        wrong(page, "warmth", "a number of degrees from 0 to below 90")
        assert button(page, "Start").is_disabled()
        control.fill("37.5")
        page.locator("#train-warmth-wrong").wait_for(state="hidden")
        button(page, "Start").click()
        assert ended(page)["recipe"]["warmth"] == 37.5
        assert " --warmth 37.5" in page.locator(".command code").inner_text()
        page.wait_for_function("() => location.hash.includes('warmth=37.5')")
        page.reload()
        page.wait_for_function("() => window.digitlens?.root.querySelector('#train-warmth')?.value === '37.5'")


def test_a_comparison_in_the_page_offers_it(context: BrowserContext, address: str) -> None:
    page = context.pages[0]
    page.goto(f"{address}#compare?vary=warmth")
    page.locator("#compare-vary option[value=warmth]").wait_for(state="attached")
    assert page.locator("#compare-vary").input_value() == "warmth"
    assert [page.locator(f"#compare-{side}").input_value() for side in ("first", "second")] == ["20", "37.5"]
