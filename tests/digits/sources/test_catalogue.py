"""Data sets that are known by name: downloaded and verified as MNIST is, found again, turned the right way up."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from tests.digits.sources.known import arrays, published, small, usps_text
from tests.faults.server import FaultyServer

from digitlens.digits.dataset import DataSet, are_digits
from digitlens.digits.sources import usps
from digitlens.digits.sources.catalogue import CATALOGUE, KnownSet, PublishedFile
from digitlens.digits.sources.download import download_set
from digitlens.digits.sources.find import cache_of, find_data, in_cache
from digitlens.errors import DataError, DownloadError, FileError, IdxError

OTHERS = [name for name in CATALOGUE if name != "mnist"]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, no variable, no proxy."""
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer({}) as server:
        yield server


def serve(server: FaultyServer, name: str, monkeypatch: pytest.MonkeyPatch) -> KnownSet:
    """The server has a small data set, and the catalogue says so."""
    known, files = small(name)
    known = replace(known, mirrors=(server.url,))
    server.files |= {f"/{file}": data for file, data in files.items()}
    monkeypatch.setitem(CATALOGUE, name, known)
    return known


def assert_is(data: DataSet, name: str) -> None:
    known = CATALOGUE[name]
    made = arrays(len(known.classes), known.image_shape[0])
    for got, wanted in zip(
        (data.training.images, data.training.digits, data.test.images, data.test.digits), made, strict=True
    ):
        assert np.array_equal(got, wanted)
    assert (data.name, data.classes, data.image_shape) == (name, known.classes, known.image_shape)


def test_every_set_says_what_one_has_to_know() -> None:
    for name, known in CATALOGUE.items():
        assert known.name == name
        assert known.title
        assert known.licence
        assert known.hashes
        assert known.home.startswith("http")
        assert len(set(known.classes)) == len(known.classes) <= 256
        if name != "mnist":
            assert known.mirrors
            assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in known.mirrors)
            assert len(known.names) == (2 if name == "usps" else 4)
            for file in known.files:
                assert re.fullmatch("[0-9a-f]{64}", file.sha256) or re.fullmatch("[0-9a-f]{32}", file.md5)
                assert 0 < file.most <= known.size < 2**30


def test_the_classes_are_those_of_the_sets() -> None:
    assert len(CATALOGUE["emnist-balanced"].classes) == 47
    assert CATALOGUE["emnist-byclass"].classes == tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)
    assert CATALOGUE["emnist-letters"].classes == tuple(string.ascii_lowercase)
    assert [name for name, known in CATALOGUE.items() if are_digits(known.classes)] == [
        *("mnist", "emnist-digits", "qmnist", "usps")
    ]
    assert CATALOGUE["fashion-mnist"].classes[9] == "Ankle boot"


@pytest.mark.parametrize("name", OTHERS)
def test_a_set_is_downloaded_once_and_found_again(
    name: str, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = serve(server, name, monkeypatch)
    assert not in_cache(known)
    with pytest.raises(DataError, match=r"downloading is off \(offline\)"):
        find_data(name, offline=True)
    seen: list[str] = []
    data = find_data(name, progress=lambda file, done, total: seen.append(file))
    assert set(seen) == {file.name for file in known.files}
    assert_is(data, name)
    assert known.hashes in data.source or known.files[0].holds
    assert in_cache(known)
    asked = len(server.requests)
    assert_is(find_data(name, offline=True), name)
    assert len(server.requests) == asked


@pytest.mark.parametrize("name", ["fashion-mnist", "emnist-letters", "qmnist", "usps"])
def test_a_wrong_byte_is_refused(name: str, server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    known = serve(server, name, monkeypatch)
    served = next(iter(server.files))
    right = server.files[served]
    server.files[served] = right[:-9] + bytes([right[-9] ^ 1]) + right[-8:]
    with pytest.raises(DownloadError, match="other bytes than those of"):
        find_data(name)
    assert not in_cache(known)


@pytest.mark.parametrize("name", ["kmnist", "emnist-digits", "usps"])
def test_a_set_that_was_damaged_in_the_cache_is_downloaded_again(
    name: str, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = serve(server, name, monkeypatch)
    find_data(name)
    cache = cache_of(known)
    assert cache is not None
    file = cache / known.names[0]
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DataError, match="not usable"):
        find_data(name, offline=True)
    assert_is(find_data(name), name)


def test_the_files_are_found_where_torchvision_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fashion-mnist", "kmnist", "emnist-letters", "emnist-byclass"):
        known, files = small(name)
        if known.files[0].holds:
            known, files = replace(known, mirrors=()), members(files["gzip.zip"])
        monkeypatch.setitem(CATALOGUE, name, known)
        folder = tmp_path / "root" / known.torchvision / "raw"
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (folder / file).write_bytes(data)
    monkeypatch.setenv("DIGITLENS_DATA", str(tmp_path / "root"))
    for name in ("fashion-mnist", "kmnist", "emnist-letters", "emnist-byclass"):
        assert_is(find_data(name, offline=True), name)


def members(archive: bytes) -> dict[str, bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name.removeprefix("gzip/"): packed.read(name) for name in packed.namelist()}


def test_an_archive_that_lacks_a_file_is_an_error(server: FaultyServer, tmp_path: Path) -> None:
    known, files = small("emnist-digits")
    archive = replace(known.files[0], holds=(*known.files[0].holds, "emnist-digits-more"))
    server.files |= {f"/{name}": data for name, data in files.items()}
    with pytest.raises(FileError, match="unpacking"):
        download_set(replace(known, files=(archive,), mirrors=(server.url,)), tmp_path)


def test_without_a_home_folder_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/digitlens")
    with pytest.raises(DataError, match="no home folder"):
        find_data("kmnist")
    assert not in_cache(CATALOGUE["kmnist"])


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="making"):
        download_set(CATALOGUE["kmnist"], tmp_path / "file" / "kmnist")


def test_a_hash_is_sha_256_or_md5() -> None:
    file = published("a", b"ink")
    assert file.checked(bytearray(b"ink")) == b"ink"
    other = PublishedFile("a", 3, md5="0" * 32)
    with pytest.raises(IdxError, match="MD5"):
        other.checked(bytearray(b"ink"))


@pytest.mark.parametrize(
    "text",
    ["", "not numbers", "1 1:0 2:0", "x" * 400]
    + [usps_text(*arrays(10, 16)[2:])[:-40]]
    + [
        usps_text(*arrays(10, 16)[2:]).replace(*change)
        for change in ((" 7:", " 8:"), ("\n1 ", "\n11 "), (":-1 ", ":-2 "))
    ],
)
def test_text_that_is_no_usps_is_refused(text: str) -> None:
    with pytest.raises(IdxError, match="USPS"):
        usps.digits(text.encode())


def test_a_folder_of_usps_is_known_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, files = small("usps")
    monkeypatch.setitem(CATALOGUE, "usps", known)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert find_data(tmp_path).name == "usps"
    (tmp_path / "usps.bz2").write_bytes(b"none")
    with pytest.raises(DataError, match=r"USPS in .* is not usable"):
        find_data(tmp_path)
    (tmp_path / "usps.bz2").unlink()
    (tmp_path / "usps.bz2").mkdir()
    with pytest.raises(DataError):
        usps.load_usps(tmp_path)
