"""What goes along with a release says the same as the package, and its small programs work."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.cli.conftest import environment
from tests.server.http.test_guard import TOKEN
from tests.server.serving import running

from digitlens.cli.app import SERVER, command

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_is_cited_under_its_version_and_licence() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    told = dict(re.findall(r"^(\w[\w-]*): (.+)$", citation, re.MULTILINE))
    assert told["version"] == PROJECT["project"]["version"]
    assert told["license"] == PROJECT["project"]["license"]
    assert told["cff-version"] == "1.2.0"
    assert {"title", "message", "type"} <= told.keys()


def test_in_a_browser_nothing_of_the_server_is_installed() -> None:
    """And what only the app needs is all that is left out there."""
    left_out = [one for one in PROJECT["project"]["dependencies"] if one.endswith("; sys_platform != 'emscripten'")]
    assert {re.split(r"[^\w]", one)[0] for one in left_out} == set(SERVER)


def test_wheels_are_built_for_every_python_that_is_supported() -> None:
    (oldest,) = re.findall(r"^>=3\.(\d+)$", PROJECT["project"]["requires-python"])
    built = [int(number) for number in re.findall(r"cp3(\d+)-\*", PROJECT["tool"]["cibuildwheel"]["build"])]
    assert built == list(range(int(oldest), built[-1] + 1))
    assert sys.version_info[1] in built


def test_the_container_starts_the_app_as_a_user_with_options_that_exist() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    (started,) = re.findall(r"^ENTRYPOINT (\[.+\])$", last, re.MULTILINE)
    arguments = json.loads(started)
    assert arguments[:2] == ["digitlens", "app"]
    command.make_context("app", arguments[2:])  # raises for an option that it does not know
    assert arguments[arguments.index("--port") + 1] in re.findall(r"^EXPOSE (\d+)$", last, re.MULTILINE)
    assert re.search(r"^USER digitlens$", last, re.MULTILINE)
    for source in re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE):
        assert source.startswith("--from=") or (ROOT / source).exists()


@pytest.mark.parametrize(
    ("token", "told", "code"),
    [("", None, 0), ("", "none", 0), (TOKEN, TOKEN, 0), (TOKEN, None, 0), (TOKEN, "another-token", 1)],
)
def test_the_health_check_says_whether_the_app_is_well(token: str, told: str | None, code: int) -> None:
    (check,) = re.findall(r"HEALTHCHECK .* CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    program = ROOT / "tools" / Path(json.loads(check)[1]).name
    with running(token=token) as site:
        given = [sys.executable, str(program), str(site.address.port)]
        done = subprocess.run(given, env=environment(DIGITLENS_TOKEN=told), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_the_health_check_says_that_no_app_is_there(tmp_path: Path) -> None:
    with running() as site:
        port = str(site.address.port)
    given = [sys.executable, str(ROOT / "tools/check_health.py"), port]
    assert subprocess.run(given, env=environment(DIGITLENS_TOKEN=None), check=False).returncode == 1


def test_the_workflows_run_what_is_here() -> None:
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        for line in re.findall(r"run: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE):
            words = shlex.split(line.replace("${{", "").replace("}}", ""))
            for word in words:
                if word.startswith(("tools/", ".ci/")):
                    assert (ROOT / word).exists(), line
            if words[0] == "make":
                assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), line
