"""POST /api/read with a form of many pictures: each is read as it would be alone, within the bounds of the server."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.exceptions import HTTPException
from tests.server.serving import PATIENT, Site, connected_from, few, reply, running

import digitlens as dl
from digitlens.digits.sources.examples import example_files
from digitlens.server.http import forms, pool
from digitlens.server.http.forms import SentFile, files_in
from digitlens.server.http.guard import Guard
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app

EXAMPLES = [path.read_bytes() for path in example_files()]
TYPE = "multipart/form-data; boundary=b"


def form(*files: tuple[str, bytes], boundary: str = "b") -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="p"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in files
    ]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])


def ask(site: Site, *files: tuple[str, bytes], query: str = "") -> list[dict[str, object]]:
    answer = site.ask("POST", f"/api/read{query}", ("Content-Type", TYPE), body=form(*files))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    listed: list[dict[str, object]] = answer.json()
    return listed


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def test_each_picture_is_read_as_it_is_alone_and_in_its_order(site: Site) -> None:
    listed = ask(site, *((f"{digit}.png", data) for digit, data in enumerate(EXAMPLES)))
    for digit, (got, data) in enumerate(zip(listed, EXAMPLES, strict=True)):
        alone = site.ask("POST", "/api/read", body=data).json()
        assert got == alone | {"path": f"{digit}.png"}
        assert list(got) == list(alone)


def test_pages_and_another_network_count_for_all(site: Site) -> None:
    for got in ask(site, ("a", EXAMPLES[7]), ("b", EXAMPLES[7]), query="?page=1&network=video"):
        assert (got["text"], got["network"]) == ("7", "video")


def test_what_cannot_be_read_says_why_and_the_others_are_read(site: Site) -> None:
    got = ask(site, ("1.png", EXAMPLES[1]), ("none", b"no picture"), ("", b""), ("2.png", EXAMPLES[2]))
    assert [one.get("digit") for one in got] == [1, None, None, 2]
    assert [set(one) for one in got[1:3]] == [{"path", "error"}] * 2
    assert "wanted a PNG" in str(got[1]["error"])


@pytest.mark.parametrize("name", ["zwei ö.png", "7.png", "C:\\x\\7.png", "../../7", "emoji 🖊", "x" * 300])
def test_names_come_back_as_they_were_sent(site: Site, name: str) -> None:
    assert ask(site, (name.replace("\\", "\\\\"), EXAMPLES[7]))[0]["path"] == name[: forms.MAX_NAME]


def test_the_forms_of_other_programs_are_read(site: Site, tmp_path: Path) -> None:
    url = f"http://{site.host}/api/read"
    sent = [("p", ("1 ä.png", EXAMPLES[1])), ("q", ("2.png", EXAMPLES[2], "image/png"))]
    got = httpx.post(url, files=sent, timeout=None).json()
    assert [(one["path"], one["digit"]) for one in got] == [("1 ä.png", 1), ("2.png", 2)]
    if not shutil.which("curl"):
        pytest.skip("the form of curl was not tried: there is no curl")
    for digit in (3, 4):
        (tmp_path / f"{digit} ö.png").write_bytes(EXAMPLES[digit])
    fields = [text for digit in (3, 4) for text in ("-F", f"p=@{digit} ö.png")]
    done = subprocess.run(["curl", "-s", *fields, url], capture_output=True, check=True, cwd=tmp_path)
    assert [(one["path"], one["digit"]) for one in json.loads(done.stdout)] == [("3 ö.png", 3), ("4 ö.png", 4)]


def status(kind: str, body: bytes) -> int:
    with pytest.raises(HTTPException) as raised:
        files_in(kind, body)
    return raised.value.status_code


PART = b'--b\r\nContent-Disposition: form-data; name="p"; filename="x"\r\n\r\nbytes\r\n'
BAD = {
    "no boundary": ("multipart/form-data", PART + b"--b--"),
    "an empty boundary": ('multipart/form-data; boundary=""', PART + b"--b--"),
    "a long boundary": (f"multipart/form-data; boundary={'b' * 71}", PART + b"--b--"),
    "a boundary that is no ASCII": ("multipart/form-data; boundary=ä", PART + b"--b--"),
    "nothing": (TYPE, b""),
    "no file": (TYPE, b"--b--"),
    "no end": (TYPE, PART),
    "half an end": (TYPE, PART + b"--b"),
    "another boundary": (TYPE, PART.replace(b"--b", b"--c") + b"--c--"),
    "a text": (TYPE, PART.replace(b'; filename="x"', b"") + b"--b--"),
    "no header": (TYPE, b"--b\r\n\r\nbytes\r\n--b--"),
    "no empty line": (TYPE, b"--b\r\nContent-Disposition: form-data\r\n--b--"),
    "a header without an end": (TYPE, PART.replace(b"name", b"x" * 1_000) + b"--b--"),
    "a boundary that goes on": (TYPE, PART.replace(b"--b\r", b"--bc\r") + b"--b--"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_form_is_refused(site: Site, what: str) -> None:
    kind, body = BAD[what]
    assert status(kind, body) == 400
    answer = site.ask("POST", "/api/read", ("Content-Type", kind.replace("ä", "\xe4")), body=body)
    assert (answer.status, list(answer.json())) == (400, ["error"])


def test_a_field_that_is_no_file_is_ignored_beside_one() -> None:
    """As the button that sends a form of a page is."""
    button = b'--b\r\nContent-Disposition: form-data; name="send"\r\n\r\nSend\r\n'
    assert files_in(TYPE, button + form(("7.png", b"7"))) == [SentFile("7.png", b"7")]
    with pytest.raises(HTTPException, match="send"):
        files_in(TYPE, button + b"--b--\r\n")


def test_more_files_than_a_form_may_have_are_refused() -> None:
    assert len(files_in(TYPE, form(*[("", b"")] * forms.MOST_FILES))) == forms.MOST_FILES
    assert status(TYPE, form(*[("", b"")] * (forms.MOST_FILES + 1))) == 413
    assert status(TYPE, PART * 100_000 + b"--b--") == 413


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_characters='"\\;\r\n\0')), st.binary())))
def test_what_goes_into_a_form_comes_out_of_it(sent: Sequence[tuple[str, bytes]]) -> None:
    boundary = "no-file-holds-this-line"
    found = files_in(f"multipart/form-data; boundary={boundary}", form(*sent, boundary=boundary)) if sent else []
    assert found == [SentFile(name[:255], data) for name, data in sent]


@given(st.binary(max_size=200), st.text(max_size=80))
def test_whatever_comes_is_files_or_refused(body: bytes, boundary: str) -> None:
    for data in (body, PART + body, b"--b\r\n" + body + b"\r\n--b--"):
        for kind in (TYPE, f"multipart/form-data; boundary={boundary}"):
            try:
                found = len(files_in(kind, data))
            except HTTPException as error:
                found = error.status_code
            assert 0 < found <= forms.MOST_FILES or found in (400, 413)


def test_a_form_of_many_pictures_keeps_nobody_waiting(site: Site) -> None:
    """Another client is answered while a form is read, and no more of it is in the pool than there are threads."""
    file = io.BytesIO()
    Image.new("L", (1_500, 1_500), 200).save(file, "PNG")
    body = form(*[("large", file.getvalue())] * 100)
    done = threading.Event()

    def send() -> None:
        assert len(site.ask("POST", "/api/read", ("Content-Type", TYPE), body=body).json()) == 100
        done.set()

    thread = threading.Thread(target=send)
    thread.start()
    most = answered = 0
    while not done.is_set():
        most = max(most, site.server.config.budgets.jobs.held)  # type: ignore[attr-defined]
        with connected_from(site, "127.0.0.2") as other:
            other.sendall(f"GET /api/health HTTP/1.1\r\nHost: {site.host}\r\nConnection: close\r\n\r\n".encode())
            answered += reply(other).status == 200 and not done.is_set()
    thread.join()
    assert 0 < most <= pool.THREADS
    assert answered > 1


def test_a_form_that_finds_no_room_is_told_to_come_again() -> None:
    networks = Networks()

    def make(address: object) -> Guard:
        app = create_app(networks, address, limits=PATIENT, sets=few())  # type: ignore[arg-type]
        app.budgets.jobs.most = 0
        return app

    with running(make) as site:
        answer = site.ask("POST", "/api/read", ("Content-Type", TYPE), body=form(("1", EXAMPLES[1])))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_a_reading_is_the_one_of_python(site: Site) -> None:
    reading = dl.load("reader").read(EXAMPLES[5]).to_json()
    got = ask(site, ("5", EXAMPLES[5]))[0]
    got.pop("preparation")
    assert got == reading | {"path": "5"}
