"""How the files in this folder were made: by Digitlens 0.1.0 itself, run once, as a record. Not to be run again.

    DIGITLENS_DATA=FOLDER_OF_MNIST python make.py      in a folder that holds make.py and links.mjs alone

Whatever was written by 0.1.0 must be read to the same numbers for ever; tests/old/test_written_by_0_1_0.py reads it.

    examples/      the ten example drawings that came with 0.1.0
    signs/         labelled pictures whose classes are not digits, to learn from
    inputs.npz     framed pictures to be read and evaluated, and pictures of any size
    models/        model files: from Python, from `digitlens train`, and one that the page wrote
    runs/          checkpoints of unfinished runs, and NAME.finished.digitlens: what 0.1.0 made of each in the end
    journals/      sweeps: one finished, one that was killed, with half a line at its end
    expected.json  what 0.1.0 read in all of these, and what its commands printed
    .gitignore, .gitattributes   checkpoints are committed here, and no line end is changed by git
    links.json     links of the page, and the states that they stand for
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

import digitlens as dl  # whatever else is imported of 0.1.0, below, need not be there any more

WEB = Path(dl.__file__).parent / "app" / "web"
BARS = ("oben", "über der Mitte", "darunter", "unten")
DIGITLENS = [sys.executable, "-m", "digitlens.cli.main"]


def cli(*words: str) -> Any:
    """What a command prints as JSON."""
    done = subprocess.run([*DIGITLENS, *words, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def node(tasks: list[dict[str, Any]]) -> Any:
    """What the page makes of links and settings."""
    urls = [(WEB / name).as_uri() for name in ("state.js", "train/settings.js")]
    done = subprocess.run(
        ["node", "links.mjs", *urls], input=json.dumps(tasks), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


# ---- what is learned from, and read


def make_signs() -> None:
    """Thirteen pictures of each of four classes; as names, 2 comes before 10."""
    rng = np.random.default_rng(1)
    for name in ("2", "10", "cross", "ring"):
        (Path("signs") / name).mkdir(parents=True)
        for number in range(13):
            picture = Image.new("L", (40, 40), 255)
            draw, (x, y), (a, b) = (
                ImageDraw.Draw(picture),
                rng.integers(0, 8, 2).tolist(),
                rng.integers(18, 30, 2).tolist(),
            )
            if name == "ring":
                draw.ellipse((x, y, x + a, y + b), outline=0, width=3)
            elif name == "cross":
                draw.line((x, y + b // 2, x + a, y + b // 2), 0, 3)
                draw.line((x + a // 2, y, x + a // 2, y + b), 0, 3)
            elif name == "2":
                draw.line([(x, y), (x + a, y), (x, y + b), (x + a, y + b)], 0, 3)
            else:
                draw.line((x, y, x, y + b), 0, 3)
                draw.ellipse((x + 6, y, x + 6 + a // 2, y + b), outline=0, width=3)
            picture.save(Path("signs") / name / f"{number}.png", optimize=True)


def bars(count: int, seed: int) -> dl.Digits:
    """Framed pictures of a bar: its height is its class."""
    rng = np.random.default_rng(seed)
    digits = rng.integers(0, 4, count).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, digit in zip(images, digits, strict=True):
        row = 2 + 7 * int(digit) + int(rng.integers(0, 3))
        image[row : row + 3, 4:24] = rng.integers(150, 256)
    return dl.Digits(images, digits)


def patterns() -> dict[str, np.ndarray]:
    """Pictures of any size."""
    i, j = np.mgrid[0:90, 0:120]
    return {
        "noise": ((i[:28, :28] * 31 + j[:28, :28] * 17) * (i[:28, :28] + 3) % 251).astype(np.uint8),
        "ring": np.where(np.abs((i - 45) ** 2 + (j - 60) ** 2 - 900) < 250, 20, 240).astype(np.uint8),
        "stroke": (np.abs(3 * i + j - 180) < 25).astype(np.float64),
        "small": (255 * ((i[:9, :9] == 4) | (j[:9, :9] == 2))).astype(np.uint8),
        "empty": np.full((50, 30), 255, np.uint8),
        "colour": np.stack([np.where(np.abs(i - j) < 9, c, 250) for c in (30, 60, 200)], axis=2).astype(np.uint8),
    }


# ---- model files

MODELS: dict[str, dict[str, Any]] = {
    "video": {"hidden": (8, 8), "epochs": 30, "mini_batch": 8},
    "softmax": {
        "hidden": (6,), "activation": "tanh", "output": "softmax", "cost": "cross_entropy", "optimiser": "adam",
        "initialisation": "glorot", "learning_rate": 0.01, "schedule": "cosine", "averaging": 0.99, "epochs": 10,
    },
    "straight": {
        "hidden": (5, 4), "activation": "relu", "initialisation": "he", "learning_rate": 0.3, "epochs": 20,
        "preparation": ("straighten", "resize"),
    },
    "half": {"hidden": (8,), "stored": "float16", "mini_batch": 4, "epochs": 10},
    "no_hidden": {"hidden": (), "epochs": 10},
    "deep": {
        "hidden": (4,) * 8, "activation": "tanh", "initialisation": "glorot", "optimiser": "momentum", "epochs": 20,
        "learning_rate": 0.1, "mini_batch": 8,
    },
    "random_labels": {"hidden": (4,), "labels": "random", "seed": 3, "epochs": 5},
    "float64": {"hidden": (4,), "precision": "float64", "optimiser": "momentum", "momentum": 0.8, "epochs": 10},
    "identity": {
        "hidden": (3,), "activation": "identity", "output": "identity", "initialisation": "standard_normal",
        "learning_rate": 0.001, "schedule": "constant", "weight_decay": 0.01, "epochs": 3,
    },
    "relu_tanh": {"hidden": (3, 3), "activation": "relu", "output": "tanh", "learning_rate": 0.05, "epochs": 3},
    "augmented": {"hidden": (4,), "augmentation": "moderate", "learning_rate": 2.0, "epochs": 5},
    "unsteady_plain": {"hidden": (4,), "augmentation": "unsteady", "preparation": ("resize",), "epochs": 2},
}  # fmt: skip


def make_models(pen: dl.DataSet, bar: dl.DataSet) -> None:
    Path("models").mkdir()
    for name, fields in MODELS.items():
        recipe = dl.Recipe(**{"name": name, "validation": 100, **fields})
        run = dl.train(recipe, pen, engine="plain" if name == "unsteady_plain" else "auto")
        for _ in run:
            pass
        dl.save(run.reader(), f"models/{name}.digitlens")
    run = dl.train("video", bar, hidden=(4,), epochs=10, learning_rate=3.0)
    for _ in run:
        pass
    dl.save(run.reader(), "models/bars.digitlens")
    judge = dl.load("reader")  # what it knows of digits, with a small network of our own
    sure = dl.load("models/softmax.digitlens").calibrated(pen.test)
    dl.save(sure, "models/sure.digitlens")
    dl.save(replace(sure, familiarity=judge.familiarity), "models/judging.digitlens")
    small = "--hidden", "4", "--epochs", "2"
    cli(
        "train", "--data", "pen", "--recipe", "talk", *small, "--mini-batch", "100", "--out", "models/cli_pen.digitlens"
    )
    signs = "--data", "signs", "--hidden", "5", "--epochs", "40", "--mini-batch", "4", "--preparation", "straighten"
    cli("train", *signs, "--out", "models/cli_signs.digitlens")
    page = """
        import { readFileSync, writeFileSync } from "node:fs";
        const { readModelFile, writeModelFile } = await import(process.argv[1]);
        const network = readModelFile(new Uint8Array(readFileSync("models/video.digitlens")));
        for (let k = 0; k < 784; k++) network.layers[0].weights[k] = ((k % 28) - 14) / 28;
        network.layers[1].biases[2] = -0.75;
        writeFileSync("models/painted.digitlens", writeModelFile(network));
    """
    subprocess.run(["node", "--input-type=module", "-e", page, (WEB / "model_file.js").as_uri()], check=True)


def sha(reader: dl.Reader) -> str:
    parts = [part for layer in reader.network.layers for part in (layer.weights, layer.biases)]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part, "<f4").tobytes() for part in parts)).hexdigest()


def about(reader: dl.Reader, sets: dict[str, dl.Digits]) -> dict[str, Any]:
    """All that a model file says, and what it reads."""

    def said(picture: Any) -> dict[str, Any]:
        reading = dl.read(picture, reader)
        told = {"label": reading.label, "confidence": reading.confidence, "familiarity": reading.familiarity}
        return told | {"refused": bool(reading.reason), "outputs": reading.activations.astype(float).tolist()}

    evaluated = {}
    for name, digits in sets.items():
        if digits.digits.max() < len(reader.classes):
            found = reader.evaluate(digits)
            evaluated[name] = {"accuracy": found.accuracy, "confusion": found.confusion_matrix.tolist()}
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
        "examples": [said(f"examples/{digit}.png") for digit in range(10)],
        "patterns": {name: said(picture) for name, picture in patterns().items()},
        "evaluated": evaluated,
    }


# ---- checkpoints

RUNS: dict[str, tuple[str, int, dict[str, Any]]] = {  # engine, after how many mini-batches it was stopped
    "compiled_adam": ("compiled", 47, {"optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9, "hidden": (4,)}),
    "compiled_epoch": ("compiled", 36, {"preparation": ("straighten", "resize"), "hidden": (4, 3)}),
    "compiled_random": ("compiled", 20, {"labels": "random", "augmentation": "gentle", "hidden": ()}),
    "plain_momentum": ("plain", 31, {"optimiser": "momentum", "precision": "float64", "hidden": (3,), "seed": 5}),
    "plain_adam": ("plain", 8, {
        "optimiser": "adam", "learning_rate": 0.02, "schedule": "cosine", "hidden": (3,), "stored": "float16",
        "output": "softmax", "cost": "cross_entropy", "averaging": 0.5, "weight_decay": 0.001,
    }),
}  # fmt: skip


def make_runs(signs: dl.DataSet) -> dict[str, Any]:
    from digitlens.learning.keeping import kept
    from digitlens.learning.training import Run

    Path("runs").mkdir()
    for name, (engine, steps, fields) in RUNS.items():
        recipe = dl.Recipe(**{"name": name, "data": "signs", "mini_batch": 4, "epochs": 12, "validation": 4, **fields})
        run = Run(recipe, signs, engine=engine, every=1)
        for taken, _ in enumerate(kept(run, f"runs/{name}.digitlens", 1e9), 1):
            if taken == steps:
                run.stop()
    make_run_by_command()
    make_run_by_app()
    Path("runs/cli_interrupted.digitlens").rename("models/cli_interrupted.digitlens")
    for path in Path("runs").glob("*.digitlens"):  # networks as far as they had come; one of them is enough
        path.unlink()
    return {path.name.split(".")[0]: finished(path, signs) for path in sorted(Path("runs").glob("*.checkpoint"))}


def finished(checkpoint: Path, signs: dl.DataSet) -> dict[str, Any]:
    """What a checkpoint holds, and what resuming it comes to; it stays as it is."""
    from digitlens.learning.keeping import resumed, unfinished

    name = checkpoint.name.split(".")[0]
    copy = Path("runs") / f"{name}.finished.digitlens"
    shutil.copyfile(checkpoint, f"{copy}.checkpoint")
    recipe, run = unfinished(copy), resumed(copy, signs)
    told = {"recipe": recipe.to_json(), "engine": run.engine.name, "epoch": run.state.epoch}
    told |= {"mini_batch": run.state.mini_batch, "history": [dict(row) for row in run.history]}
    cli("train", "--resume", str(copy), "--data", "signs")
    reader = dl.load(copy)
    return told | {"weights_sha256": sha(reader)}


def make_run_by_command() -> None:
    """`digitlens train`, ended by Ctrl-C."""
    words = ["train", "--data", "signs", "--hidden", "3", "--epochs", "3000", "--optimiser", "momentum", "--seed", "9"]
    words += ["--learning-rate", "0.02", "--out", "runs/cli_interrupted.digitlens", "--engine", "compiled"]
    process = subprocess.Popen([*DIGITLENS, *words], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if re.match(r"\s+(\d+) ", line) and int(line.split()[0]) >= 1000:
            process.send_signal(signal.SIGINT)
            break
    process.communicate()
    assert Path("runs/cli_interrupted.digitlens.checkpoint").exists()


def make_run_by_app() -> None:
    """A visitor of the app trains for some epochs and a mini-batch, and then the app is killed."""
    from websockets.sync.client import connect

    visitor, shelf = "0f" * 16, Path("shelf").absolute()
    words = [*DIGITLENS, "app", "--no-browser", "--port", "0", "--data", "signs"]
    server = subprocess.Popen(
        words, env={**os.environ, "DIGITLENS_RUNS": str(shelf)}, stdout=subprocess.PIPE, text=True
    )
    host = re.search(r"http://([\d.:]+)", server.stdout.readline())[1]
    with connect(f"ws://{host}/api/live", origin=f"http://{host}") as page:
        recipe = {"hidden": [4], "epochs": 12, "mini_batch": 4, "optimiser": "adam", "learning_rate": 0.01}
        page.send(json.dumps({"type": "visit", "visitor": visitor}))
        page.send(json.dumps({"type": "train", "number": 1, "data": "folder", "recipe": recipe, "go": "nothing"}))
        for how in ("epoch", "epoch", "mini_batch"):
            time.sleep(1.5)
            page.send(json.dumps({"type": "go", "how": how}))
        time.sleep(1.5)
    server.kill()
    server.wait()
    shutil.copyfile(shelf / f"{visitor}.digitlens.checkpoint", f"runs/{visitor}.digitlens.checkpoint")
    shutil.rmtree(shelf)


# ---- journals


SWEEPS = {
    "finished": ["--grid", "learning_rate=0.5,3", "--grid", "hidden=3,4-3,none", "--seeds", "2", "--epochs", "5"],
    "killed": [
        *("--random", "learning_rate=0.0003..3:log", "--random", "mini_batch=2..9", "--runs", "8", "--hidden", "4"),
        *("--activation", "identity", "--output", "identity", "--epochs", "6", "--validation", "5"),
    ],
}  # fmt: skip


def make_journals() -> dict[str, Any]:
    Path("journals").mkdir()
    told = {}
    for name, words in SWEEPS.items():
        path = Path(f"journals/{name}.journal")
        words = ["sweep", "--data", "signs", "--jobs", "1", *words]
        rows = cli(*words, "--journal", str(path))
        Path(f"{path}.lock").unlink(missing_ok=True)
        if name == "killed":  # its head, three whole rows, and half a row
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[:4]) + lines[4][:200])
        done = 3 if name == "killed" else len(rows)
        best = max((row for row in rows if not row["error"]), key=lambda row: row["validation_accuracy"])
        told[name] = {"arguments": words, "rows": rows, "done": done, "best": best["recipe"]}
    return told


# ---- recipes, command lines, links

CHANGED: dict[str, Any] = {
    "name": "mine", "seed": 2**63 - 1, "data": "pen", "hidden": (30, 20), "activation": "relu", "output": "softmax",
    "initialisation": "he", "precision": "float64", "cost": "cross_entropy", "optimiser": "adam", "momentum": 0.85,
    "learning_rate": 1 / 3, "schedule": "cosine", "mini_batch": 7, "epochs": 11, "weight_decay": 1e-5,
    "averaging": 0.999, "labels": "random", "validation": 123, "augmentation": "elastic",
    "preparation": ("resize", "straighten"), "stored": "float16",
}  # fmt: skip


def recipes() -> list[dict[str, Any]]:
    from digitlens.learning.recipes import RECIPES

    made = [*RECIPES.values(), *(RECIPES["video"].changed(**{f: v}) for f, v in CHANGED.items() if f != "cost")]
    made += [dl.Recipe(**CHANGED), dl.Recipe(hidden=()), dl.Recipe(hidden=(4,) * 8), dl.Recipe(cost="cross_entropy")]
    made += [dl.Recipe(activation="tanh", output="identity", augmentation=a) for a in ("gentle", "moderate", "affine")]
    return [recipe.to_json() for recipe in made]


def commands() -> list[dict[str, Any]]:
    """Command lines as the app and the documentation print them, and the recipe that each makes."""
    from digitlens.learning.recipes import RECIPES, named
    from digitlens.learning.recipes.commands import command

    told = []
    for base in RECIPES:
        for fields in ({}, *({f: v} for f, v in CHANGED.items() if f != "cost"), CHANGED):
            recipe = named(base).changed(**{f: v for f, v in fields.items() if f not in ("name", "data")})
            told.append({"command": command(recipe, base), "base": base, "data": None, "recipe": recipe.to_json()})
    for data in ("pen", "mnist", "mnist+pen", "my 'digits'; $HOME"):
        line, recipe = command(RECIPES["video"], data=data), RECIPES["video"]
        told.append({"command": line, "base": "video", "data": data, "recipe": recipe.to_json()})
    return [one for i, one in enumerate(told) if one not in told[:i]]


STROKE = [[k / 64 * 7 % 28, (k * k) % 1700 / 64] for k in range(60)]
SEVEN = [[[6.0, 7.0], [20.015625, 6.5]], [[20.0, 6.5], [12.25, 23.984375]], [[-3.5, 40.0]]]
INK = [(k * 37) % 256 if 200 < k < 330 or k % 97 == 0 else 0 for k in range(784)]
SETTINGS: list[dict[str, str]] = [
    {"hidden": "30,20", "learning_rate": "1e-3", "live": "1", "epochs": "3"},
    {"hidden": "", "activation": "relu", "output": "softmax", "cost": "cross_entropy", "optimiser": "adam"},
    {"recipe": "talk", "seed": "12", "data": "pen", "mini_batch": "10", "momentum": "0.5", "schedule": "cosine"},
    {"recipe": "straight", "preparation": "resize", "augmentation": "elastic", "averaging": ".99", "stored": "float16"},
    {"recipe": "reader", "preparation": "", "precision": "float64", "weight_decay": "1e-4", "labels": "random"},
    {"recipe": "video-best", "initialisation": "standard_normal", "validation": "1000", "hidden": "8-8-8"},
    {"vary": "activation", "first": "sigmoid", "second": "relu", "seeds": "6", "hidden": "10"},
    {"vary": "hidden", "first": "16,16", "second": "", "seeds": "10", "epochs": "2", "data": "mnist"},
    {"learning_rate": "abc", "epochs": "0", "hidden": "16,0", "cost": "cross_entropy", "output": "tanh"},
    {"live": "1"},
]
STATES: list[dict[str, Any]] = [
    {},
    {"view": "read", "strokes": SEVEN},
    {"view": "read", "strokes": [STROKE, [[27.5, 0.015625]]], "prepare": False},
    *({"base": {"kind": "example", "digit": digit}, "baseInk": INK} for digit in (0, 9)),
    {"base": {"kind": "mnist", "on": "test", "number": 9999, "digit": 4}, "baseInk": INK, "strokes": [[[1, 1]]]},
    {
        "base": {"kind": "mnist", "on": "training", "number": 59999, "digit": 8},
        "baseInk": INK,
        "view": "learn",
        "target": 3,
    },
    {"base": {"kind": "noise", "seed": 77}, "baseInk": INK[::-1]},
    {"base": {"kind": "picture", "name": "my 7, drawn & scanned.v2.png"}, "baseInk": [255] * 784},
    {"base": {"kind": "picture", "name": "größe ½.jpg"}, "baseInk": [0] * 783 + [1]},
    *(
        {"view": "neuron", "layer": l, "neuron": j, "source": k}
        for l, j, k in ((1, 0, None), (2, 11, 4), (1, 15, 783), (64, 4096, 4096))
    ),
    {"view": "neuron", "layer": 3, "neuron": 7, "strokes": SEVEN, "hide": ["answer", "neuron-sum", "neuron-inputs"]},
    *(
        {"view": "learn", "target": t, "layer": l, "neuron": j, "source": k}
        for t, l, j, k in ((None, 1, 0, None), (0, 3, 9, 15), (7, 2, 5, 406))
    ),
    *({"view": "story", "step": step} for step in (1, 2, 7, 13, 99)),
    {"view": "story", "step": 7, "shows": "neuron", "layer": 1, "neuron": 9, "target": 2, "source": 300},
    {"view": "story", "step": 11, "shows": "learn", "target": 5, "strokes": SEVEN, "hide": ["pad"]},
    {"view": "story", "step": 13, "shows": "train", "settings": {"live": "1", "hidden": ""}},
    {"view": "story", "step": 14, "shows": "compare", "settings": SETTINGS[6]},
    {"view": "train"},
    {"view": "compare"},
    *({"view": "compare" if "vary" in settings else "train", "settings": settings} for settings in SETTINGS),
    *({"view": "read", "hide": [part]} for part in ("pad", "network", "answer", "preparation", "nonsense")),
    {"view": "read", "settings": {"hidden": "30"}},
]
DAMAGED = [
    *(
        "",
        "#",
        "nowhere/1/2",
        "read?s=!!!&b=mnist",
        "neuron/99999999/-1",
        "learn/77",
        "story/0",
        "%%%?=&&=",
        "read?s=_____w",
    ),
    *(
        "neuron/2/3?s=***&raw=1&hide=answer",
        "train?hidden=30&activation=relu&nonsense=1",
        "train?seed=<script>&epochs=3",
    ),
    *(
        "learn/3",
        "#learn/auto?at=2.3&w=5",
        "neuron/1/3?w=406&hide=answer,sum",
        "read?i=AAAA&b=noise.1",
        "train?teacher=none",
    ),
]


def links() -> dict[str, Any]:
    from digitlens.app.digits import DigitSets
    from digitlens.app.orders import choices

    made = node([*({"state": state} for state in STATES), *({"fragment": fragment} for fragment in DAMAGED)])
    sets = [{"name": "mnist", "training": 60_000, "test": 10_000}, {"name": "pen", "training": 30_000, "test": 5_000}]
    sets = [{**one, "here": True, "default": one["name"] == "mnist", "source": "", "how": ""} for one in sets]
    offered = {**choices("compiled", 2, DigitSets()), "data": sets}
    trains = node([{"settings": settings, "choices": offered} for settings in SETTINGS])
    told = [{"settings": settings, **one} for settings, one in zip(SETTINGS, trains, strict=True)]
    return {"links": made, "choices": offered, "trains": told}


# ---- what the commands print

ASKED = [
    *(["read", *(f"examples/{digit}.png" for digit in range(10)), "-n", f"models/{name}.digitlens"]
      for name in ("video", "straight", "half", "judging", "cli_signs", "painted")),
    ["read", "--page", "examples/3.png", "-n", "models/judging.digitlens"],
    *(["evaluate", "--data", "signs", "-n", "models/cli_signs.digitlens", "--on", on] for on in ("test", "training")),
    *(["inspect", "-n", f"models/{name}.digitlens"] for name in ("video", "half", "cli_pen", "judging")),
    ["inspect", "confusion", "mistakes", "-n", "models/cli_signs.digitlens", "--data", "signs"],
    *(["explain", f"examples/{digit}.png", "-n", f"models/{name}.digitlens", *more] for digit, name, more in (
        (7, "video", ()), (2, "straight", ("--layer", "1", "--neuron", "3")), (0, "softmax", ("--target", "6")),
        (4, "deep", ("--target", "1", "--layer", "2", "--neuron", "1", "--from", "3")), (9, "no_hidden", ()),
    )),
    ["compare", "--vary", "activation=sigmoid,relu,tanh", "--seeds", "3", "--data", "signs", "--hidden", "4",
     "--epochs", "8", "--mini-batch", "4", "--jobs", "1"],
    ["compare", "--vary", "hidden=none,4-3", "--seeds", "2", "--data", "signs", "--epochs", "6", "--jobs", "1"],
]  # fmt: skip


def lined(value: Any, depth: int) -> str:
    """JSON, a line for each thing that is so deep in it."""
    if not depth or not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, list):
        return "[\n" + ",\n".join(lined(one, depth - 1) for one in value) + "\n]"
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {lined(one, depth - 1)}" for name, one in value.items()) + "\n}"


def main() -> None:
    from digitlens.digits.examples import example_files

    from digitlens.kernel.native import instruction_sets
    from digitlens.learning.recipes import RECIPES

    os.chdir(Path(__file__).parent)  # so that no file holds a path of this machine
    make_signs()
    Path("examples").mkdir()
    for path in example_files():
        shutil.copyfile(path, f"examples/{path.name}")
    written = dl.pen_digits(1_300, seed=1).digits
    pen = dl.DataSet("pen", "1,300 pen digits of seed 1", written[:1_000], written[1_000:])
    bar = dl.DataSet("bars", "bars", bars(120, 0), bars(40, 1), BARS)
    sets = {"pen": dl.pen_digits(150, seed=7).digits, "bars": bar.test}
    arrays = {f"{name}_{part}": getattr(some, part) for name, some in sets.items() for part in ("images", "digits")}
    np.savez_compressed("inputs.npz", **arrays, **patterns())
    make_models(pen, bar)
    runs = make_runs(dl.data("signs"))
    expected = {
        "made_with": {
            "digitlens": dl.__version__, "python": platform.python_version(), "numpy": np.__version__,
            "machine": platform.machine(), "system": platform.system(), "instruction_sets": instruction_sets(),
        },
        "models": {path.stem: about(dl.load(path), sets) for path in sorted(Path("models").iterdir())},
        "runs": runs,
        "journals": make_journals(),
        "recipes": recipes(),
        "named": {name: recipe.to_json() for name, recipe in RECIPES.items()},
        "commands": commands(),
        "printed": [{"arguments": words, "answer": cli(*words)} for words in ASKED],
    }  # fmt: skip
    Path("expected.json").write_text(lined(expected, 2) + "\n")
    Path("links.json").write_text(lined(links(), 2) + "\n")


if __name__ == "__main__":
    main()
