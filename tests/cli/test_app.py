"""`digitlens app`: what it says, what it refuses, and which browser it opens."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Run, command, environment, process
from tests.waiting import PATIENCE, until

from digitlens.cli.app import _code


@contextlib.contextmanager
def started(*options: str, **changes: str | None) -> Iterator[subprocess.Popen[str]]:
    """A running app; skips where there is no loopback."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as error:
        pytest.skip(f"the app was not started: no loopback address here ({error})")
    with subprocess.Popen(
        command("app", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(**changes),
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def until_ready(running: subprocess.Popen[str]) -> str:
    """All that it says until it waits."""
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(said + (running.stderr.read() if running.stderr else ""))


def ended(running: subprocess.Popen[str]) -> Answer:
    """It is asked to end, and does."""
    running.terminate()
    out, err = running.communicate(timeout=PATIENCE)
    return Answer(running.returncode, out, err)


def test_it_says_where_it_is_and_that_is_true() -> None:
    with started("--no-browser") as running:
        said = until_ready(running)
        assert re.fullmatch(r"Digitlens is at http://127\.0\.0\.1:\d+/\nCtrl-C ends it\.\n", said)
        with urllib.request.urlopen(said.split()[3], timeout=PATIENCE) as answer:
            assert b"<title>Digitlens" in answer.read()
        if os.name != "nt":
            assert ended(running) == Answer(0, "", "")


def test_where_there_is_no_screen_it_says_so() -> None:
    if os.name == "nt" or sys.platform == "darwin":
        pytest.skip("a machine without a screen was not tested: this system always has one")
    with started("--port", "0", DISPLAY=None, WAYLAND_DISPLAY=None, BROWSER=None) as running:
        assert "No browser was opened" in until_ready(running)


def test_it_opens_the_page_in_the_browser_that_the_user_prefers(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("the choice of a browser was not tested: BROWSER means something else here")
    browser, note = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {note}\n')
    browser.chmod(0o755)
    with started("--port", "0", BROWSER=f"{browser} %s") as running:
        said = until_ready(running)
        until(lambda: note.exists() and note.read_text())
    assert note.read_text().strip() == said.split()[3]


def test_the_token_does_not_stand_in_the_arguments_of_the_browser(tmp_path: Path) -> None:
    """All users of a machine see the arguments of all its processes."""
    if os.name == "nt":
        pytest.skip("the choice of a browser was not tested: BROWSER means something else here")
    browser, note, copy = tmp_path / "browser", tmp_path / "opened", tmp_path / "copy"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" {copy}\necho "$1" > {note}\n')
    browser.chmod(0o755)
    with started("--port", "0", "--host", "0.0.0.0", BROWSER=f"{browser} %s", TMPDIR=str(tmp_path)) as running:
        link = until_ready(running).split()[3]
        until(lambda: note.exists() and note.read_text())
        opened = Path(note.read_text().strip().removeprefix("file://"))
        assert (opened.stat().st_mode & 0o77, opened.parent.stat().st_mode & 0o77) == (0, 0)
        ended(running)
    token = link.split("token=")[1]
    assert token not in note.read_text()
    assert f"url={link}" in copy.read_text()
    assert not opened.parent.exists()


def test_other_machines_get_a_link_with_a_token_a_code_and_a_warning() -> None:
    with started("--no-browser", "--host", "0.0.0.0", PYTHONIOENCODING="utf-8", COLUMNS="120") as running:
        said = until_ready(running)
        url, token = re.match(r"Digitlens is at (http://127\.0\.0\.1:\d+/)\?token=([\w-]{22})\n", said).groups()  # type: ignore[union-attr]
        for link in re.findall("On other machines, open (.*)", said):
            assert f"?token={token}" in link
            assert "█" in said
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url, timeout=PATIENCE)
        asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200
        if os.name != "nt":
            assert "encrypted" in ended(running).err


def test_every_start_has_another_token() -> None:
    tokens = set()
    for _ in range(2):
        with started("--no-browser", "--port", "0", "--host", "0.0.0.0") as running:
            tokens.add(re.findall("token=(.*)", until_ready(running))[0])
    assert len(tokens) == 2


def test_a_terminal_without_unicode_gets_the_link_alone() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    with started("--no-browser", "--port", "0", "--host", "0.0.0.0", **plain) as running:
        said = until_ready(running)
    assert said.isascii()
    assert "token=" in said


def test_the_code_holds_the_link_and_a_margin() -> None:
    import segno

    link = "http://192.168.1.5:8484/?token=" + "x" * 22
    rows = [[bool(cell) for cell in row] for row in segno.make(link, error="l", micro=False).matrix]
    drawn = _code(link)
    upper, lower = "▀█", "▄█"
    pixels = [[letter in half for letter in line] for line in drawn for half in (upper, lower)]
    assert {len(line) for line in drawn} == {len(rows) + 8}
    assert not any(map(any, pixels[:4]))
    assert [row[4:-4] for row in pixels[4 : 4 + len(rows)]] == rows


def test_a_busy_port_is_said_clearly_and_no_other_is_taken(digitlens: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = digitlens("app", "--no-browser", "--port", port)
    assert answer.code == 1
    assert answer.out == ""
    assert re.fullmatch(rf"Error: port {port} is busy: .*leave --port out.*\n", answer.err)


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--port", "65536"], 2, "65536"),
        (["--port", "-1"], 2, "-1"),
        (["--port", "http"], 2, "http"),
        (["--host", "192.0.2.1"], 2, "--host '192.0.2.1' is not an address of this machine"),
        (["--host", "no.such.host.invalid"], 2, "--host 'no.such.host.invalid'"),
        (["--host", ""], 2, "--host ''"),
        (["--network", "none"], 1, "there is no network 'none'"),
        (["--network", str(Path(__file__))], 1, ""),
        (["--network", "."], 1, ""),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_served(
    digitlens: Run, options: list[str], code: int, says: str
) -> None:
    answer = digitlens("app", "--no-browser", *options)
    assert (answer.code, answer.out) == (code, "")
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_a_file_that_was_trained_is_the_one_that_the_page_gets(tmp_path: Path) -> None:
    import json

    import digitlens as dl

    dl.save(dl.load("video"), tmp_path / "mine.digitlens")
    with started("--no-browser", "--port", "0", "--network", str(tmp_path / "mine.digitlens")) as running:
        url = until_ready(running).split()[3]
        with urllib.request.urlopen(f"{url}api/networks", timeout=PATIENCE) as answer:
            listed = json.load(answer)
    assert [(network["name"], network["default"]) for network in listed] == [
        ("mine", True),
        ("reader", False),
        ("straight", False),
        ("video", False),
    ]


def test_nobody_who_reads_its_output_ends_it_quietly() -> None:
    if os.name == "nt":
        pytest.skip("a closed output was not tested: this is POSIX's")
    with started("--no-browser", "--port", "0") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        err = running.stderr.read()
        assert (running.wait(PATIENCE), err) == (0, "")


def test_neither_help_nor_the_other_commands_load_the_server() -> None:
    heavy = "{'starlette', 'uvicorn', 'websockets', 'segno', 'anyio'}"
    code = f"import sys, digitlens, digitlens.cli.main, digitlens.cli.app; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert "digitlens app" in process("--help").out or "  app " in process("--help").out


def test_without_its_server_packages_it_says_what_to_install_and_reading_goes_on() -> None:
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "names = {'starlette', 'uvicorn', 'websockets', 'segno'}\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in names: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "importlib.util.find_spec = lambda name, package=None: None if name in names else find(name, package)\n"
        "from digitlens.cli.main import main\n"
        "main()\n"
    )
    given = [sys.executable, "-c", code]
    read = subprocess.run([*given, "read", "--examples", "--json"], capture_output=True, text=True, check=True)
    assert [reading["digit"] for reading in json.loads(read.stdout)] == list(range(10))
    app = subprocess.run([*given, "app", "--no-browser"], capture_output=True, text=True, check=False)
    assert (app.returncode, app.stdout) == (2, "")
    assert "pip install starlette uvicorn websockets segno" in app.stderr
    assert "Traceback" not in app.stderr


STARTS = """
from digitlens.cli import main as command_line
run = command_line._run
def told(arguments):
    print("starts", flush=True)
    return run(arguments)
command_line._run = told
command_line.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; not checked here: Ctrl-C while it starts")
@pytest.mark.parametrize("pause", [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4])
def test_ctrl_c_while_it_starts_leaves_no_traceback(pause: float) -> None:
    """From the moment on at which the command line runs; before that Python speaks for itself."""
    given = [sys.executable, "-c", STARTS, "app", "--no-browser", "--port", "0"]
    with subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "starts\n"
            time.sleep(pause)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert running.returncode in (0, 130)
    assert "Traceback" not in err
