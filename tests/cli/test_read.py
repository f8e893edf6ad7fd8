"""`digitlens read`: pictures from anywhere, one answer each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, command, environment, process
from tests.parallel.dask_cluster import cluster
from tests.reading.test_familiarity import familiarity
from tests.waiting import PATIENCE

from digitlens import load, save
from digitlens.digits.sources.examples import example_files
from digitlens.reading.calibration import Calibration


def test_a_picture_gets_one_line_with_its_digit(digitlens: Run, pictures: Path) -> None:
    answer = digitlens("read", pictures / "0.png")
    assert (answer.code, answer.err) == (0, "")
    (line,) = answer.out.splitlines()
    name, digit, bar, strength = line.split()[:4]
    assert name == str(pictures / "0.png")
    assert digit.isdecimal()
    assert round(float(strength) * 10) == pytest.approx(bar.count("━"), abs=1)


def test_json_has_exactly_the_fields_that_were_promised(digitlens: Run, pictures: Path) -> None:
    answer = digitlens("read", "--json", pictures / "7.png")
    (found,) = json.loads(answer.out)
    assert (answer.code, answer.err) == (0, "")
    assert set(found) == {"path", "digit", "activations", "network", "is_digit", "familiarity", "confidence"}
    assert found["path"] == str(pictures / "7.png")
    assert found["network"] == "reader"
    assert len(found["activations"]) == 10
    assert found["digit"] == max(range(10), key=found["activations"].__getitem__)


def test_is_digit_is_told_only_where_it_is_known(digitlens: Run, blank: Path) -> None:
    (found,) = json.loads(digitlens("read", "--json", blank).out)
    assert found["is_digit"] is False
    assert found["reason"] == "too little ink"
    assert found["digit"] in range(10)
    answer = digitlens("read", blank)
    assert (answer.code, answer.err) == (0, "")
    assert "too little ink" in answer.out


def test_a_network_that_can_judge_says_so_in_plain_words(digitlens: Run, pictures: Path, tmp_path: Path) -> None:
    judging = replace(load("video"), familiarity=replace(familiarity(), threshold=0.0), calibration=Calibration(1e-3))
    kind, strict = tmp_path / "kind.digitlens", tmp_path / "strict.digitlens"
    save(judging, kind)
    save(replace(judging, familiarity=familiarity(threshold=1.0)), strict)
    assert "99 % sure" in digitlens("read", "--network", kind, pictures / "7.png").out.replace("100 %", "99 %")
    assert digitlens("read", "--network", strict, pictures / "7.png").out.split("  ", 1)[1].strip() == (
        "?  unlike any digit"
    )
    (found,) = json.loads(digitlens("read", "--json", "--network", strict, pictures / "7.png").out)
    assert (found["is_digit"], found["reason"], found["digit"]) == (False, "unlike any digit", 7)
    said = digitlens("explain", "--network", strict, pictures / "7.png").out
    assert "is not a digit: unlike any digit" in said
    assert "of real digits look less like a digit" in said
    said = digitlens("explain", "--network", kind, pictures / "7.png").out
    assert "% sure)" in " ".join(said.split())  # a long path wraps the line anywhere


def test_a_folder_is_read_in_the_order_of_names_with_its_sub_folders(
    digitlens: Run, pictures: Path, tmp_path: Path
) -> None:
    for name in ("b/2.png", "a.PNG", "b/1.png", "c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((pictures / "3.png").read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    found = json.loads(digitlens("read", "--json", tmp_path).out)
    wanted = [str(tmp_path / name) for name in ("a.PNG", "b/1.png", "b/2.png", "c.png")]
    assert [each["path"] for each in found] == wanted
    assert [line.split()[0] for line in digitlens("read", tmp_path).out.splitlines()] == wanted


def test_several_are_read_in_the_order_given(digitlens: Run, pictures: Path) -> None:
    given = [pictures / "9.png", pictures / "1.png", pictures / "9.png"]
    found = json.loads(digitlens("read", "--json", *given).out)
    assert [each["path"] for each in found] == [str(path) for path in given]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_one_unreadable_file_among_others_is_told_and_the_rest_is_read(
    digitlens: Run, pictures: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (tmp_path / "good.png").write_bytes((pictures / "5.png").read_bytes())
    answer = digitlens("read", *options, tmp_path)
    assert answer.code == 0
    if options:
        broken, good = json.loads(answer.out)
        assert set(broken) == {"path", "error"}
        assert broken["path"] == str(tmp_path / "broken.png")
        assert "digit" in good
    else:
        assert len(answer.out.splitlines()) == len(answer.err.splitlines()) == 1
        assert answer.err.startswith("not read: ")
        assert answer.err.count("broken.png") == 1


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_if_nothing_could_be_read_the_exit_code_says_so(
    digitlens: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.png").write_text("no picture at all")
    for path in ("missing.png", "empty", "words.png", "x" * 300, "\0.png"):
        answer = digitlens("read", *options, tmp_path / path)
        assert answer.code == 1
        assert "Traceback" not in answer.err
        assert len((answer.out if options else answer.err).splitlines()) == (6 if options else 1)


@pytest.mark.parametrize(
    "name",
    ["two\nlines.png", "😀.png", os.fsdecode(b"\xff.png"), "[bold]x[/].png", "-7.png", "\x1b[2J.png", "日本.png"],
)
def test_any_name_is_read_and_shown_on_one_harmless_line(
    digitlens: Run, pictures: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        (tmp_path / name).write_bytes((pictures / "1.png").read_bytes())
    except (OSError, ValueError):
        pytest.skip("this disk takes no such name; not checked: reading a file called so")
    monkeypatch.chdir(tmp_path)
    answer = digitlens("read", "--", name)
    assert (answer.code, answer.err) == (0, "")
    assert len(answer.out.splitlines()) == 1
    assert answer.out.replace("\n", "").isprintable()
    (found,) = json.loads(digitlens("read", "--json", "--", name).out)
    assert found["path"] == name
    missing = digitlens("read", "--", f"no{name}")
    assert (missing.code, len(missing.err.splitlines())) == (1, 1)


@pytest.mark.skipif(os.name == "nt", reason="bytes that are no text; not checked here: such names in a real process")
def test_a_name_that_is_no_text_goes_through_a_real_process(pictures: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.png")
    try:
        path.write_bytes((pictures / "1.png").read_bytes())
    except OSError:
        pytest.skip("this disk takes no such name; not checked: reading a file called so")
    for variables in ({}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}):
        answer = process("read", path, "--json", **variables)
        assert (answer.code, answer.err) == (0, "")
        assert json.loads(answer.out)[0]["path"].endswith("\udcff.png")
        assert process("read", path, **variables).code == 0


def test_a_picture_may_come_from_standard_input(pictures: Path) -> None:
    with (pictures / "8.png").open("rb") as picture:
        done = subprocess.run(
            command("read", "-", "--json"), stdin=picture, capture_output=True, timeout=60, check=True
        )
    (found,) = json.loads(done.stdout)
    assert found["path"] == "-"
    assert found["digit"] in range(10)


@pytest.mark.parametrize(
    ("given", "told"), [(b"", "empty"), (b"no picture", "PNG"), (b"\0" * (16 * 2**20 + 1), "begins with")]
)
def test_what_comes_from_standard_input_and_is_no_picture_is_one_clear_error(given: bytes, told: str) -> None:
    done = subprocess.run(command("read", "-"), input=given, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr.decode()
    assert "standard input" in done.stderr.decode()


def test_the_pages_of_a_document_are_read_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    page = np.full((120, 200), 255, np.uint8)
    page[30:90, 50:55] = 0
    other = page.copy()
    other[30:90, 100:105] = 0
    file = tmp_path / "scan.tiff"
    Image.fromarray(page).save(file, save_all=True, append_images=[Image.fromarray(other)])
    for source, name in ((str(file), str(file)), ("-", "-")):
        done = subprocess.run(
            command("read", "--page", "--json", source), input=file.read_bytes() if name == "-" else b"",
            capture_output=True, timeout=PATIENCE, env=environment(), check=True,
        )  # fmt: skip
        found = [(answer["path"], answer["text"]) for answer in json.loads(done.stdout)]
        assert found == [(f"{name}#page=1", "1"), (f"{name}#page=2", "11")]
    sheet = tmp_path / "sheet.html"
    line = command("read", "--page", "-", "--annotate", str(sheet))
    subprocess.run(line, input=file.read_bytes(), capture_output=True, timeout=PATIENCE, env=environment(), check=True)
    assert "-#page=2" in sheet.read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs descriptors closed by a shell; not checked here: no stdin at all")
def test_without_a_standard_input_it_says_so() -> None:
    line = " ".join([*command("read", "-"), "<&-"])
    done = subprocess.run(line, shell=True, capture_output=True, timeout=PATIENCE, env=environment(), check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"not read: standard input is closed")


def test_naming_nothing_is_wrong_use(digitlens: Run) -> None:
    answer = digitlens("read")
    assert answer.code == 2
    assert "--examples" in answer.err


def test_a_network_that_is_not_there_or_not_ours_is_one_clear_error(
    digitlens: Run, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.digitlens").write_text("not ours")
    for network in (tmp_path / "other.digitlens", tmp_path / "missing", tmp_path, "vidoe", "x" * 300, "", "two\nlines"):
        answer = digitlens("read", pictures, "--network", network)
        assert answer.code in (1, 2)
        assert answer.out == ""
        assert answer.err.startswith("Error: ")
        assert len(answer.err.splitlines()) == 1


@pytest.mark.skipif(not example_files(), reason="no example drawings here; not checked: read --examples")
def test_the_examples_are_ten_and_each_is_read_as_what_it_is(digitlens: Run) -> None:
    answer = digitlens("read", "--examples", "--json")
    assert answer.code == 0
    assert [each["digit"] for each in json.loads(answer.out)] == list(range(10))
    assert len(digitlens("read", "--examples").out.splitlines()) == 10


def test_where_the_examples_are_missing_it_says_so(digitlens: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlens.digits.sources.examples.example_files", list)
    for arguments in (("read", "--examples"), ("explain", "--example", "7")):
        answer = digitlens(*arguments)
        assert answer.code == 1
        assert "example drawings are missing" in answer.err


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("options", [(), ("--json",), ("--page", "--json"), ("--page",)])
def test_several_jobs_print_what_one_process_prints(
    digitlens: Run, pictures: Path, jobs: str, options: tuple[str, ...]
) -> None:
    alone = digitlens("read", *options, pictures)
    assert digitlens("read", *options, "--jobs", jobs, pictures) == alone
    assert alone.code == 0


def test_a_cluster_prints_what_one_process_prints(digitlens: Run, pictures: Path, tmp_path: Path) -> None:
    with cluster(tmp_path) as dask:
        alone, there = (digitlens("read", "--json", pictures, *more) for more in ((), ("--cluster", dask.address)))
    assert there == alone


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--jobs", "0"), "jobs: wants a whole number"),
        (("--cluster", "nonsense"), "wants an address like tcp://host:8786"),
    ],
)
def test_workers_that_cannot_be_had_are_refused(
    digitlens: Run, pictures: Path, options: tuple[str, ...], says: str
) -> None:
    answer = digitlens("read", *options, pictures)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C was not checked: here it cannot be sent to others alone")
@pytest.mark.parametrize("options", [(), ("--json",), ("--page", "--json")])
def test_ctrl_c_leaves_what_was_read(pictures: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number:04}.png").symlink_to(pictures / f"{number % 10}.png")
    given = command("read", "--jobs", "2", *options, folder)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "bufsize": 0}
    with subprocess.Popen(given, env=environment(), **pipes) as running:
        try:
            assert running.stdout is not None
            first = running.stdout.read(1_000)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert running.returncode == 130
    assert b"Traceback" not in err
    said = (first + out).decode()
    names = [Path(each["path"]).stem for each in json.loads(said)] if options else [
        Path(line.split()[0]).stem for line in said.splitlines()
    ]  # fmt: skip
    assert 0 < len(names) < 3_000
    assert names == [f"{number:04}" for number in range(len(names))]


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX: run this on Linux or macOS")
@pytest.mark.parametrize("options", [(), ("--json",), ("--page",)])
def test_a_terminal_is_told_the_time_that_is_left(pictures: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    import pty

    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number:04}.png").symlink_to(pictures / f"{number % 10}.png")
    ours, theirs = pty.openpty()
    given = command("read", *options, folder)
    with subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=theirs, env=environment(TERM="xterm")) as running:
        os.close(theirs)
        try:
            said = b""
            while b"left" not in said:
                said += os.read(ours, 4096)
        finally:
            running.kill()
            os.close(ours)
    assert b"reading" in said
    assert b"of 3,000" in said
