"""What 0.1.0 wrote is read for ever, and to the same numbers: model files, checkpoints, journals, links, recipes.

The files lie in written_by_0_1_0/, beside make.py, which says how they came to be. Texts, whole numbers, labels and
weights as they lie in files are compared exactly. What is computed is compared to within NEAR, and what is trained on
to within FAR, since processors and libraries of linear algebra round differently. On the machine that the files were
made on, DIGITLENS_OLD_EXACTLY=1 asks for the last bit of every number.

New fields may stand beside the old ones. A field that is gone is named in GONE, with the one value it ever had in a
file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import digitlens as dl
from digitlens.cli.train import command as train  # parses what `digitlens train` is given
from digitlens.learning.recipes import named
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.requests import choices
from digitlens.server.training.run_store import RunStores  # where the app keeps visitors' runs

WEB = Path(dl.__file__).parent / "web"
STATE, SETTINGS, MODEL_FILE, NETWORK = "model/state.js", "train/settings.js", "model/model_file.js", "core/network.js"

GONE: dict[str, Any] = {"teacher": "none"}  # fields of 0.1.0 that may be missing, if they said just this

HERE = Path(__file__).parent / "written_by_0_1_0"
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
LINKS: dict[str, Any] = json.loads((HERE / "links.json").read_text(encoding="utf-8"))
EXACTLY = bool(os.environ.get("DIGITLENS_OLD_EXACTLY"))
NEAR, FAR = (0.0, 0.0) if EXACTLY else (1e-6, 1e-3)
TIMES = ("seconds", "seconds_per_epoch")
WORDS = ("sentence",)  # nobody promised how something is said
ONE_DIGIT = ("digit", "activations", "is_digit", "familiarity", "confidence")  # a page was once described as one, too
DIGITLENS = """
from importlib.metadata import entry_points
next(iter(entry_points(group="console_scripts", name="digitlens"))).load()()
"""


def same(now: Any, old: Any, within: float = NEAR, where: str = "") -> None:
    """All that is in `old` is in `now`; numbers with a fraction to so much, and as much of their size."""
    if isinstance(old, dict):
        lost = [name for name in old if name not in now and not (name in GONE and GONE[name] == old[name])]
        if "class" in now or "per_class" in now:  # classes that are no digits have a field of their own since then
            lost = [name for name in lost if name not in ("digit", "per_digit")]
            for digit, number in (("digit", "class"), ("per_digit", "per_class")):
                if digit in old:
                    same(now[number], old[digit], within, f"{where}.{number}")
        assert not lost, f"{where} has lost {lost}"
        for name in old.keys() & now.keys():
            same(now[name], old[name], within, f"{where}.{name}")
    elif isinstance(old, list):
        assert len(now) == len(old), where
        for i, (one, other) in enumerate(zip(now, old, strict=True)):
            same(one, other, within, f"{where}[{i}]")
    elif isinstance(old, float) and isinstance(now, float):
        assert abs(now - old) <= within * max(1.0, abs(old)), f"{where}: {now!r}, and was {old!r}"
    else:
        assert now == old, f"{where}: {now!r}, and was {old!r}"


def without(value: Any, *names: str) -> Any:
    """The same without what bears these names, however deep."""
    if isinstance(value, Mapping):
        return {name: without(one, *names) for name, one in value.items() if name not in names}
    return [without(one, *names) for one in value] if isinstance(value, (list, tuple)) else value


def digitlens(*words: str) -> Any:
    """What a command prints as JSON, in a process of its own."""
    command = [sys.executable, "-c", DIGITLENS, *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def node(*words: str, tasks: Any = None) -> Any:
    """What Node makes of a module of the page; skips where there is none."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("links and files of 0.1.0 were not read by the page: no `node` here (Debian: apt install nodejs)")
    done = subprocess.run(
        [program, *words], input=json.dumps(tasks), capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files in which one may write, and stands."""
    shutil.copytree(HERE, tmp_path / "old", copy_function=shutil.copyfile)  # no old dates: the app throws old runs away
    monkeypatch.chdir(tmp_path / "old")
    return tmp_path / "old"


@pytest.fixture(scope="module")
def inputs() -> dict[str, np.ndarray]:
    with np.load(HERE / "inputs.npz") as arrays:
        return dict(arrays)


# ---- model files


def sha(reader: dl.Reader) -> str:
    parts = [part for layer in reader.network.layers for part in (layer.weights, layer.biases)]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part, "<f4").tobytes() for part in parts)).hexdigest()


def weights(reader: dl.Reader) -> list[Any]:
    return [part.astype(float).tolist() for layer in reader.network.layers for part in (layer.weights, layer.biases)]


def about(reader: dl.Reader) -> dict[str, Any]:
    """All that a model file says."""
    return {
        "name": reader.name,
        "sizes": list(reader.network.sizes),
        "activations": [activation.name for activation in reader.network.activations],
        "cost": reader.cost,
        "classes": list(reader.classes),
        "adjusting": list(reader.adjusting),
        "recipe": dict(reader.recipe),
        "provenance": dict(reader.provenance),
        "history": [dict(row) for row in reader.history],
        "weights_sha256": sha(reader),
        "temperature": reader.calibration and reader.calibration.temperature,
        "threshold": reader.familiarity and reader.familiarity.threshold,
    }


def said(reader: dl.Reader, picture: Any) -> dict[str, Any]:
    """All that is read in a picture."""
    reading = dl.read(picture, reader)
    told = {"label": reading.label, "confidence": reading.confidence, "familiarity": reading.familiarity}
    return told | {"refused": bool(reading.reason), "outputs": reading.activations.astype(float).tolist()}


every_model = pytest.mark.parametrize("name", sorted(EXPECTED["models"]))


def test_every_model_file_is_there() -> None:
    assert sorted(path.stem for path in (HERE / "models").iterdir()) == sorted(EXPECTED["models"])


@every_model
def test_a_model_file_says_what_it_said(name: str) -> None:
    expected = EXPECTED["models"][name]
    reader = dl.load(HERE / "models" / f"{name}.digitlens")
    same(
        {**about(reader), "examples": [], "patterns": {}, "evaluated": {}},
        without(expected, "examples", "patterns", "evaluated"),
        0,
    )
    assert not reader.notes
    if expected["recipe"]:
        same(dl.Recipe.from_json(expected["recipe"]).to_json(), expected["recipe"], 0)


@every_model
def test_pictures_are_read_as_they_were(name: str, inputs: dict[str, np.ndarray]) -> None:
    expected, reader = EXPECTED["models"][name], dl.load(HERE / "models" / f"{name}.digitlens")
    same([said(reader, HERE / "examples" / f"{digit}.png") for digit in range(10)], expected["examples"])
    same({pattern: said(reader, inputs[pattern]) for pattern in expected["patterns"]}, expected["patterns"])


@every_model
def test_digits_are_read_as_well_as_they_were(name: str, inputs: dict[str, np.ndarray]) -> None:
    expected, reader = EXPECTED["models"][name], dl.load(HERE / "models" / f"{name}.digitlens")
    assert expected["evaluated"]
    for some, was in expected["evaluated"].items():
        found = reader.evaluate(dl.Digits(inputs[f"{some}_images"], inputs[f"{some}_digits"]))
        same({"accuracy": found.accuracy, "confusion": found.confusion_matrix.tolist()}, was)


@every_model
def test_a_model_file_saved_again_is_the_same_network(name: str, tmp_path: Path) -> None:
    reader = dl.load(HERE / "models" / f"{name}.digitlens")
    dl.save(reader, tmp_path / "again.digitlens")
    same(about(dl.load(tmp_path / "again.digitlens")), about(reader), 0)


def test_the_page_reads_the_same_networks(inputs: dict[str, np.ndarray]) -> None:
    code = """
        import { readFileSync } from "node:fs";
        const [{ readModelFile }, { forward }] = await Promise.all(process.argv.slice(1).map((url) => import(url)));
        const answers = JSON.parse(readFileSync(0, "utf8")).map(({ file, images }) => {
          const network = readModelFile(new Uint8Array(readFileSync(file)));
          const outputs = images.map((image) => Array.from(forward(network, Float64Array.from(image)).a.at(-1)));
          return { sizes: Array.from(network.sizes), classes: network.classes, recipe: network.recipe, outputs };
        });
        process.stdout.write(JSON.stringify(answers));
    """
    readers = {name: dl.load(HERE / "models" / f"{name}.digitlens") for name in sorted(EXPECTED["models"])}
    images = inputs["pen_images"][:5]
    tasks = [
        {
            "file": str(HERE / "models" / f"{name}.digitlens"),
            "images": (reader.adjusted(images).reshape(5, 784) / 255).tolist(),
        }
        for name, reader in readers.items()
    ]
    urls = [(WEB / file).as_uri() for file in (MODEL_FILE, NETWORK)]
    for (name, reader), found in zip(
        readers.items(), node("--input-type=module", "-e", code, *urls, tasks=tasks), strict=True
    ):
        expected = EXPECTED["models"][name]
        same(found, {part: expected[part] for part in ("sizes", "classes", "recipe")}, 0)
        np.testing.assert_allclose(found["outputs"], reader.outputs(images), rtol=1e-4, atol=1e-5)


def test_the_pen_writes_the_digits_that_it_wrote(inputs: dict[str, np.ndarray]) -> None:
    digits = dl.pen_digits(150, seed=7).digits
    assert digits.digits.tolist() == inputs["pen_digits"].tolist()
    away = np.abs(digits.images.astype(int) - inputs["pen_images"]).max()
    assert away <= (0 if EXACTLY else 1)  # a grey at the edge of two may be rounded to either


# ---- checkpoints


every_run = pytest.mark.parametrize("name", sorted(EXPECTED["runs"]))


@every_run
def test_an_unfinished_run_ends_in_the_network_that_it_ended_in(name: str, copy: Path) -> None:
    expected = EXPECTED["runs"][name]
    if expected["engine"] == "compiled" and dl.load("video").engine != "compiled":
        pytest.skip(f"{name} was not gone on with: its engine was not compiled here, which takes g++ or clang++")
    answer = digitlens("train", "--resume", f"runs/{name}.digitlens", "--data", "signs")
    assert (answer["finished"], answer["engine"]) == (True, expected["engine"])
    same(answer["recipe"], expected["recipe"], 0)
    reader, was = (dl.load(copy / "runs" / f"{name}{end}.digitlens") for end in ("", ".finished"))
    assert sha(was) == expected["weights_sha256"]
    same(weights(reader), weights(was), FAR)
    assert not EXACTLY or sha(reader) == expected["weights_sha256"]
    same(*(without(one.history, *TIMES) for one in (reader, was)), FAR)
    same(*(without(one.provenance, "digitlens") for one in (reader, was)), FAR)
    assert not (copy / "runs" / f"{name}.digitlens.checkpoint").exists()


@every_run
def test_the_app_finds_the_runs_that_it_kept(name: str, copy: Path) -> None:
    expected, found = EXPECTED["runs"][name], RunStores(copy / "runs").store(name).load()
    assert found is not None
    assert (found.engine, found.position["epoch"], found.position["mini_batch"]) == (
        expected["engine"], expected["epoch"], expected["mini_batch"],
    )  # fmt: skip
    same(dict(found.recipe), expected["recipe"], 0)
    same([dict(row) for row in found.history], expected["history"], 0)


# ---- journals


every_journal = pytest.mark.parametrize("name", sorted(EXPECTED["journals"]))


@every_journal
def test_a_sweep_goes_on_where_it_was_and_does_nothing_again(name: str, copy: Path) -> None:
    expected, journal = EXPECTED["journals"][name], copy / "journals" / f"{name}.journal"
    whole = b"".join(line for line in journal.read_bytes().splitlines(keepends=True) if line.endswith(b"\n"))
    rows = digitlens(*expected["arguments"], "--journal", f"journals/{name}.journal")
    done = expected["done"]
    same(rows[:done], expected["rows"][:done], 0)  # as they stand in the journal, the seconds among them
    later = [
        without(some[done:], *TIMES, *(() if EXACTLY else ("fingerprint", "error")))
        for some in (rows, expected["rows"])
    ]
    same(*later, FAR)
    assert [bool(row["error"]) for row in rows] == [bool(row["error"]) for row in expected["rows"]]
    now = journal.read_bytes()
    assert now.startswith(whole)
    assert now.count(b"\n") == 1 + len(rows)


def test_the_best_of_a_finished_sweep_is_what_it_was(copy: Path) -> None:
    expected, heard = EXPECTED["journals"]["finished"], list[tuple[int, int]]()
    swept = dl.sweep(
        {"learning_rate": [0.5, 3.0], "hidden": [(3,), (4, 3), ()]},
        seeds=2,
        epochs=5,
        data="signs",
        jobs=1,
        journal=copy / "journals" / "finished.journal",
        on_progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(12, 12)]
    assert swept.best is not None
    same(swept.best.to_json(), expected["best"], 0)
    same([dict(row) for row in swept.rows], expected["rows"], 0)


# ---- recipes and command lines


def test_recipes_are_read_as_they_were() -> None:
    for old in EXPECTED["recipes"]:
        recipe = dl.Recipe.from_json(old)
        same(recipe.to_json(), old, 0)
        assert dl.Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("name", sorted(EXPECTED["named"]))
def test_a_named_recipe_is_what_it_was(name: str) -> None:
    same(named(name).to_json(), EXPECTED["named"][name], 0)


def test_a_command_line_makes_the_recipe_that_it_made() -> None:
    for old in EXPECTED["commands"]:
        words = shlex.split(old["command"])
        assert words[:2] == ["digitlens", "train"]
        with train.make_context("train", words[2:]) as context:
            given = {name: value for name, value in context.params.items() if value is not None}
        assert given.pop("data", None) == old["data"], old["command"]
        assert given.pop("name", "video") == old["base"], old["command"]
        fields = {name: value for name, value in given.items() if name in old["recipe"]}
        same(named(old["base"], **fields).to_json(), old["recipe"], 0, old["command"])


# ---- links


def test_a_link_opens_the_page_as_it_did() -> None:
    urls = [(WEB / file).as_uri() for file in (STATE, SETTINGS)]
    tasks = [{"fragment": link["fragment"]} for link in LINKS["links"]]
    for found, old in zip(node(str(HERE / "links.mjs"), *urls, tasks=tasks), LINKS["links"], strict=True):
        target = found["state"]["target"]
        if target is not None and target > 9:  # 0.1.0 had ten classes; a network has its own number
            assert old["state"]["target"] is None
            del old["state"]["target"]
        same(found["state"], old["state"], 0, old["fragment"][:100])


def test_the_settings_of_a_link_train_what_they_trained() -> None:
    urls = [(WEB / file).as_uri() for file in (STATE, SETTINGS)]
    now = {**choices("compiled", 2, DataSets()), "data": LINKS["choices"]["data"]}
    tasks = [{"settings": one["settings"], "choices": now} for one in LINKS["trains"]]
    for found, old in zip(node(str(HERE / "links.mjs"), *urls, tasks=tasks), LINKS["trains"], strict=True):
        assert (found["base"], found["data"], found["fields"]) == (old["base"], old["data"], old["fields"])
        assert found["errors"].keys() == old["errors"].keys()


# ---- what commands print


@pytest.mark.parametrize("number", range(len(EXPECTED["printed"])))
def test_a_command_prints_the_numbers_that_it_printed(number: int, copy: Path) -> None:
    old = EXPECTED["printed"][number]
    left_out = TIMES + WORDS + (() if EXACTLY else ("engine",))
    left_out += ("name",) if old["arguments"][0] == "compare" else ()  # what a side is called: words, too
    now, was = (without(answer, *left_out) for answer in (digitlens(*old["arguments"]), old["answer"]))
    if "--page" in old["arguments"]:
        was = [{name: value for name, value in page.items() if name not in ONE_DIGIT} for page in was]
    same(now, was, FAR if old["arguments"][0] == "compare" else 2e-6, " ".join(old["arguments"])[:60])
