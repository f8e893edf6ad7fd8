"""How long do 300 pages of a form take, and is anything lost when it is stopped, or when a worker is killed?

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/forms.py

A page has 640×900 pixels and ten lines, each with a number that somebody wrote (pen_rows: one line, digits only), inked
44 pixels high above a printed line. `digitlens read --page FOLDER --csv FILE` reads the folder in a process of its own,
as anybody would. Then the same once more: stopped by Ctrl-C and gone on with; with a worker killed; and on a cluster of
two workers (Dask), one of them killed. Each time the table must be the same to the byte. The exit code is 1 if it is
not, or if the first took longer than a minute.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitlens.cli.terminal import err, out, print_json
from digitlens.digits.preparation.strokes import ink_strokes
from handwriting import PenStrokes, strokes_in

ROWS, COLUMNS = 900, 640  # pixels of a page
FIELDS = 10
PITCH, TOP, LEFT = 84, 40, 36  # pixels from line to line; of the first; of all
HEIGHT, PEN = 44, 2.4  # of the writing, and the pen's width
WIDEST = COLUMNS - 2 * LEFT
BAR = 60.0  # seconds for 300 pages

Grey = NDArray[np.uint8]


def numbers_of_people() -> list[tuple[str, PenStrokes]]:
    """Rows that are one line and digits only: what they show, and their strokes."""
    return [(told["digits"], s) for told, s in strokes_in("pen_rows") if told["one_line"] and told["only_digits"]]


def page_of(numbers: list[PenStrokes]) -> Grey:
    """A page with a number on each line."""
    ink = np.zeros((ROWS, COLUMNS))
    for line, strokes in enumerate(numbers):
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = min((HEIGHT - PEN) / max(high[1] - low[1], 1e-9), (WIDEST - PEN) / max(high[0] - low[0], 1e-9))
        foot = TOP + line * PITCH + HEIGHT  # where the writing stands
        at = np.array([LEFT, foot - (high[1] - low[1]) * scale]) + PEN / 2
        ink = np.maximum(ink, ink_strokes([(s - low) * scale + at for s in strokes], ink.shape, PEN / 2))
        ink[foot + 12 : foot + 14, 20:-20] = np.maximum(ink[foot + 12 : foot + 14, 20:-20], 0.4)  # printed
    return np.rint(255 * (1 - ink)).astype(np.uint8)


def pages(count: int, seed: int = 0) -> list[tuple[Grey, list[str]]]:
    """So many pages, and what stands on each."""
    rng = np.random.default_rng(seed)
    written = numbers_of_people()
    made = []
    for _ in range(count):
        chosen = [written[i] for i in rng.choice(len(written), FIELDS, replace=False)]
        made.append((page_of([strokes for _, strokes in chosen]), [digits for digits, _ in chosen]))
    return made


def line_of(top: float, height: float) -> int:
    """Which line of the form a box stands on."""
    return min(FIELDS - 1, max(0, int((top + height / 2 - TOP + (PITCH - HEIGHT) / 2) // PITCH)))


def read_on_lines(boxes: list[tuple[str, float, float, float]]) -> list[str]:
    """What was read on each line. boxes: text, left, top and height."""
    lines: list[list[tuple[float, str]]] = [[] for _ in range(FIELDS)]
    for text, left, top, height in boxes:
        lines[line_of(top, height)].append((left, text))
    return ["".join(text for _, text in sorted(line)) for line in lines]


def rows_in(table: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accuracy(table: Path, told: dict[str, list[str]]) -> dict[str, float]:
    """How many numbers are right, and how many of those that are not doubtful."""
    by_page: dict[str, list[tuple[str, float, float, float]]] = {name: [] for name in told}
    sure: dict[tuple[str, int], bool] = {}
    for row in rows_in(table):
        if row["number"]:
            box = (row["number"], float(row["left"]), float(row["top"]), float(row["height"]))
            by_page[row["file"]].append(box)
            place = row["file"], line_of(*box[2:])
            sure[place] = sure.get(place, True) and row["doubtful"] == "False"
    right, passing, wrong = 0, 0, 0
    for name, truth in told.items():
        for line, (read, wanted) in enumerate(zip(read_on_lines(by_page[name]), truth, strict=True)):
            right += read == wanted
            if sure.get((name, line)):
                passing += 1
                wrong += read != wanted
    count = FIELDS * len(told)
    return {"read": right / count, "not_doubtful": passing / count, "wrong_of_those": wrong / max(1, passing)}


def children(process: int) -> list[int]:
    """The processes that a process has started, where the system tells (Linux)."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(place.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(place.parent.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def begin(folder: Path, table: Path, *more: str) -> subprocess.Popen[bytes]:
    """The command, started."""
    command = [sys.executable, "-m", "digitlens", "read", "--page", str(folder), "--csv", str(table), *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for(table: Path, files: int, process: subprocess.Popen[bytes]) -> int:
    """Until so many pages are in the table, or the command has ended; how many are."""
    done = 0
    while done < files and process.poll() is None:
        time.sleep(0.05)
        done = len({row["file"] for row in rows_in(table)}) if table.exists() else 0
    return done


def end(process: subprocess.Popen[bytes]) -> None:
    _, said = process.communicate()
    if process.returncode:
        raise click.ClickException(said.decode(errors="replace")[-500:])


def stopped(folder: Path, table: Path, third: int) -> str:
    """Read it, press Ctrl-C after a third, and go on."""
    process = begin(folder, table)
    wait_for(table, third, process)
    process.send_signal(signal.SIGINT)
    process.communicate()
    kept = len({row["file"] for row in rows_in(table)})
    end(begin(folder, table, "--resume"))
    return f"stopped by Ctrl-C with {kept} pages in the table, and gone on with"


def worker_killed(folder: Path, table: Path, third: int) -> str:
    """Read it, and kill one of the workers after a third."""
    process = begin(folder, table, "--jobs", "2")
    wait_for(table, third, process)
    busy = sorted(children(process.pid), key=_processor_time)
    os.kill(busy[-1], signal.SIGKILL)
    end(process)
    return "a worker killed"


def _processor_time(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11])
    except OSError:
        return -1


def cluster_worker_killed(folder: Path, table: Path, third: int) -> str:
    """Read it on a cluster of two workers, and kill one of them after a third."""
    import distributed

    started: Any = distributed.LocalCluster
    with started(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        process = begin(folder, table, "--cluster", cluster.scheduler_address)
        wait_for(table, third, process)
        nanny: Any = next(iter(cluster.workers.values()))
        os.kill(nanny.pid, signal.SIGKILL)
        end(process)
    return "a worker of a cluster killed"


@click.command()
@click.option("--pages", "count", type=click.IntRange(6), default=300, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--only-time", is_flag=True, help="Read it once, and stop or kill nothing.")
@click.option("--json", "as_json", is_flag=True)
def main(count: int, seed: int, only_time: bool, as_json: bool) -> None:
    """Write the pages, read them, stop and kill, and compare."""
    result: dict[str, Any] = {"pages": count, "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "forms")
        folder.mkdir()
        told = {}
        for number, (grey, numbers) in enumerate(pages(count, seed)):
            path = folder / f"{number:04}.png"
            Image.fromarray(grey).save(path)
            told[str(path)] = numbers
        table = Path(place, "numbers.csv")
        began = time.perf_counter()
        end(begin(folder, table))
        result["seconds"] = time.perf_counter() - began
        result |= accuracy(table, told)
        out().print(
            f"{count} pages in {result['seconds']:.1f} s; {result['read']:.1%} of {FIELDS * count:,} numbers read; "
            f"{result['not_doubtful']:.1%} not doubtful, {result['wrong_of_those']:.2%} of them wrong",
            markup=False,
        )
        result |= {"rows": _rows_for_pandas(table), "rows_in_libreoffice": _rows_for_libreoffice(table)}
        out().print(f"rows in pandas: {result['rows']}, in LibreOffice: {result['rows_in_libreoffice']}", markup=False)
        same = []
        tries: list[Callable[[Path, Path, int], str]] = [stopped, worker_killed, cluster_worker_killed]
        for number, attempt in enumerate([] if only_time else tries):
            other = Path(place, f"other {number}.csv")
            said = attempt(folder, other, count // 3)
            same.append(other.read_bytes() == table.read_bytes())
            out().print(f"{said}: {'the same table' if same[-1] else 'ANOTHER TABLE'}", markup=False)
        result["same"] = same
    if as_json:
        print_json(result)
    sys.exit(not all(result["same"]) or result["seconds"] > BAR * count / 300)


def _rows_for_libreoffice(table: Path) -> int | None:
    """How many rows LibreOffice finds in it, with quoted fields as text; None where it is not installed."""
    office = shutil.which("soffice")
    if office is None:
        err().print("LibreOffice is not installed: whether it opens the table was not tried")
        return None
    form = "44,34,76,1,,0,true"  # commas, quotes, UTF-8, from the first line, quoted fields are text
    with tempfile.TemporaryDirectory() as place:
        to = f"csv:Text - txt - csv (StarCalc):{form},true"
        command = [office, "--headless", f"--infilter=CSV:{form}", "--convert-to", to, "--outdir", place, str(table)]
        subprocess.run(command, capture_output=True, check=True, timeout=300)
        found = rows_in(Path(place, table.name))
    assert [row["number"] for row in found] == [row["number"] for row in rows_in(table)]
    return len(found)


def _rows_for_pandas(table: Path) -> int | None:
    """How many rows pandas finds in it, with numbers that are the same text; None without pandas."""
    try:
        import pandas as pd
    except ImportError:
        err().print("pandas is not installed: whether it opens the table was not tried")
        return None
    frame = pd.read_csv(table, dtype={"number": str}, keep_default_na=False)
    assert frame["number"].tolist() == [row["number"] for row in rows_in(table)]
    return len(frame)


if __name__ == "__main__":
    main()
