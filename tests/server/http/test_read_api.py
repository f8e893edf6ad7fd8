"""What programs get: POST /api/read, MNIST's images, the networks and the example drawings."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import process
from tests.server.serving import PATIENT, Site, running

import digitlens as dl
from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.sources.examples import example_files
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.training.data_sets import DataSets
from digitlens.storage import offered
from digitlens.storage.fingerprint import fingerprint
from digitlens.storage.shipped import FOLDER

EXAMPLES = [path.read_bytes() for path in example_files()]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.mark.parametrize("digit", range(10))
def test_a_picture_is_read_as_the_command_line_reads_it(site: Site, digit: int) -> None:
    answer = site.ask("POST", "/api/read", body=EXAMPLES[digit])
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    reading = dl.load("reader").read(EXAMPLES[digit])
    got = answer.json()
    preparation = got.pop("preparation")
    assert got == reading.to_json()
    assert got["digit"] == digit
    assert [stage["name"] for stage in preparation] == [stage.name for stage in reading.prepared.stages]
    assert [stage["reason"] for stage in preparation] == [stage.reason for stage in reading.prepared.stages]


def test_the_preparation_is_that_of_explain(site: Site) -> None:
    explained = json.loads(process("explain", "--example", "7", "--json").out)
    assert (
        site.ask("POST", "/api/read?network=video", body=EXAMPLES[7]).json()["preparation"] == explained["preparation"]
    )


def test_a_page_is_read_as_the_command_line_reads_it(site: Site) -> None:
    answer = site.ask("POST", "/api/read?page=1", body=EXAMPLES[7])
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    told, page = answer.json(), dl.load("reader").read_page(EXAMPLES[7])
    assert [base64.b64decode(box.pop("ink")) for box in told["boxes"]] == [box.image.tobytes() for box in page.boxes]
    assert told == page.to_json()
    assert answer.json()["text"] == "7"
    assert site.ask("POST", "/api/read?page=yes", body=EXAMPLES[7]).status == 400
    assert "text" not in site.ask("POST", "/api/read?page=0", body=EXAMPLES[7]).json()


def test_a_blank_sheet_is_an_answer(site: Site) -> None:
    file = io.BytesIO()
    Image.new("L", (60, 60), 255).save(file, "PNG")
    answer = site.ask("POST", "/api/read", body=file.getvalue())
    assert answer.status == 200
    assert (answer.json()["is_digit"], answer.json()["reason"]) == (False, "too little ink")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "empty"),
        (b"no picture", 415, "wanted a PNG, JPEG, WebP, BMP or GIF"),
        (b"%PDF-1.4", 415, "wanted a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "wanted a PNG"),
        (b"II*\x00", 415, "wanted a PNG"),
        (EXAMPLES[7][:300], 400, "incomplete"),
        (EXAMPLES[7][:100] + b"\0" * 20 + EXAMPLES[7][120:], 400, "save the picture again"),
        (png(9_400, 9_400), 413, "megapixels"),
        (png(2**31 - 1, 2**31 - 1), 413, "megapixels"),
        (png(0, 0), 400, "at least one"),
        (b"BM", 400, "structure"),
        (b"RIFF\x00\x00\x00\x00WEBP", 400, ""),
    ],
)
def test_what_is_no_picture_is_refused_with_the_right_status(site: Site, body: bytes, status: int, says: str) -> None:
    answer = site.ask("POST", "/api/read", body=body)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]
    assert says in answer.json()["error"]


def test_pieces_without_a_length_are_read_too(site: Site) -> None:
    body = EXAMPLES[7]
    pieces = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    head = f"POST /api/read HTTP/1.1\r\nHost: {site.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert site.raw(head.encode() + pieces).json()["digit"] == 7


def test_another_network_is_asked_for_by_name(site: Site) -> None:
    assert site.ask("POST", "/api/read?network=video", body=EXAMPLES[7]).json()["network"] == "video"
    answer = site.ask("POST", "/api/read?network=none", body=EXAMPLES[7])
    assert (answer.status, "there are video, reader, straight" in answer.json()["error"]) == (404, True)
    assert site.ask("POST", "/api/read?network=%ff%00", body=EXAMPLES[7]).status == 404


def test_many_at_once_are_all_answered(site: Site) -> None:
    answers: list[tuple[int, int]] = []

    def ask(digit: int) -> None:
        answers.append((digit, site.ask("POST", "/api/read", body=EXAMPLES[digit]).json()["digit"]))

    threads = [threading.Thread(target=ask, args=(number % 10,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 64
    assert all(asked == got for asked, got in answers)


def test_a_picture_that_takes_long_keeps_nobody_waiting(site: Site) -> None:
    page = Image.fromarray(np.random.default_rng(0).integers(0, 255, (2_200, 2_200), np.uint8))
    file = io.BytesIO()
    page.save(file, "JPEG", quality=50)
    slow = [threading.Thread(target=site.ask, args=("POST", "/api/read"), kwargs={"body": file.getvalue()})]
    slow[0].start()
    answered = 0
    while slow[0].is_alive():
        assert site.ask("GET", "/api/networks").status == 200
        answered += slow[0].is_alive()
    assert answered > 1


def test_the_networks_that_ship_are_listed_and_served_as_they_are(site: Site) -> None:
    listed = site.ask("GET", "/api/networks").json()
    assert [network["name"] for network in listed] == ["video", "reader", "straight"]
    assert listed[0] | {"provenance": 0} == {
        "name": "video",
        "fingerprint": fingerprint(dl.load("video")),
        "sizes": [784, 16, 16, 10],
        "parameters": 13_002,
        "activations": ["sigmoid"] * 3,
        "accuracy": dl.load("video").provenance["test_accuracy"],
        "classes": list("0123456789"),
        "rows": 28,
        "columns": 28,
        "provenance": 0,
        "bytes": (FOLDER / "video.digitlens").stat().st_size,
        "default": True,
    }
    answer = site.ask("GET", "/networks/video.digitlens")
    assert answer.body == (FOLDER / "video.digitlens").read_bytes()


@pytest.mark.parametrize(
    "name", ["my own.digitlens", "video.digitlens", "Größe 9", "..digitlens", "a\nb\\c%2f?#<>.digitlens"]
)
def test_a_file_is_offered_beside_them_under_a_name_that_an_address_can_hold(tmp_path: Path, name: str) -> None:
    from urllib.parse import quote

    reader = dl.load("video")
    try:
        dl.save(reader, tmp_path / name)
    except OSError:
        pytest.skip("this system has no such file names")
    networks = Networks(tmp_path / name)
    with running(lambda address: create_app(networks, address, limits=PATIENT)) as site:
        listed = site.ask("GET", "/api/networks").json()
        assert [network["default"] for network in listed] == [True, False, False, False]
        assert [network["name"] for network in listed[1:]] == ["reader", "straight", "video"]
        assert listed[0]["name"] not in ("reader", "straight", "video")
        (tmp_path / name).write_bytes(b"changed meanwhile")
        served = site.ask("GET", f"/networks/{quote(listed[0]['name'])}.digitlens")
        assert (served.status, len(served.body)) == (200, listed[0]["bytes"])
        assert site.ask("POST", "/api/read", body=EXAMPLES[7]).json()["network"] == listed[0]["name"]


@pytest.mark.parametrize("odd", ["deep", float("nan"), {1, 2}])
def test_a_network_that_cannot_be_listed_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, odd: Any) -> None:
    """Whatever model files may say one day, /api/networks can be answered."""
    if odd == "deep":
        odd = []
        for _ in range(100_000):
            odd = [odd]
    odd_one = dataclasses.replace(dl.load("video"), provenance={"said": odd})
    monkeypatch.setattr(offered, "from_bytes", lambda data: odd_one)
    with pytest.raises(dl.ModelFileError, match="cannot be listed"):
        Networks()


def test_the_example_drawings_are_served(site: Site) -> None:
    for digit in range(10):
        answer = site.ask("GET", f"/examples/{digit}.png")
        assert (answer.headers["content-type"], answer.body) == ("image/png", EXAMPLES[digit])


@pytest.fixture(scope="module")
def with_mnist() -> Iterator[tuple[Site, DataSet]]:
    """An app on a machine that has MNIST, or digits in its place, as small as a test wants them."""
    rng = np.random.default_rng(3)
    halves = [
        Digits(rng.integers(0, 256, (n, 28, 28)).astype(np.uint8), (np.arange(n) % 10).astype(np.uint8))
        for n in (30, 20)
    ]
    data = DataSet("mnist", "here", *halves)
    with running(sets=DataSets(loaded={"mnist": data})) as site:
        yield site, data


def test_mnist_is_served_as_labels_and_then_pixels(with_mnist: tuple[Site, DataSet]) -> None:
    site, data = with_mnist
    for on, digits in (("test", data.test), ("training", data.training)):
        answer = site.ask("GET", f"/api/images?on={on}&from=5&count=7")
        assert answer.headers["x-digitlens-total"] == str(len(digits))
        body = np.frombuffer(answer.body, np.uint8)
        assert np.array_equal(body[:7], digits.digits[5:12])
        assert np.array_equal(body[7:].reshape(7, 28, 28), digits.images[5:12])
    assert len(site.ask("GET", "/api/images").body) == 20 * 785  # all of them, fewer than the hundred asked for
    assert len(site.ask("GET", "/api/images?from=19&count=1000").body) == 785
    assert site.ask("GET", "/api/images?from=20").status == 404


NONSENSE = """
on=both on= from=-1 from=x from=1e3 from=99999999999 from=%C2%B2 from=%00 from=+1
count=0 count=1001 count= count=1.5
"""


@pytest.mark.parametrize("query", NONSENSE.split())
def test_mnist_is_not_served_to_nonsense(with_mnist: tuple[Site, DataSet], query: str) -> None:
    answer = with_mnist[0].ask("GET", f"/api/images?{query}")
    assert answer.status == 400


def test_without_mnist_it_says_how_to_get_it_and_finds_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    arrived: list[DataSet] = []

    class Sets(DataSets):
        def load(self, name: str) -> DataSet:
            return arrived[0] if arrived else super().load(name)

    with running(sets=Sets()) as site:
        answer = site.ask("GET", "/api/images")
        assert answer.status == 404
        assert "digitlens data --download" in answer.json()["error"]
        assert str(tmp_path) not in answer.json()["error"]
        arrived.append(DataSet("mnist", "", _some(), _some()))
        assert site.ask("GET", "/api/images").status == 200


def _some() -> Digits:
    return Digits(np.zeros((3, 28, 28), np.uint8), np.arange(3).astype(np.uint8))


@pytest.mark.skipif(
    not os.environ.get("DIGITLENS_DATA"), reason="real MNIST was not served: set DIGITLENS_DATA to its folder"
)
def test_real_mnist_is_served() -> None:
    with running(sets=DataSets()) as site:
        answer = site.ask("GET", "/api/images?on=test&from=0&count=3")
    assert answer.headers["x-digitlens-total"] == "10000"
    assert list(answer.body[:3]) == [7, 2, 1]
    assert len(answer.body) == 3 * 785
