"""What fuzzing has found so far stays harmless: the corpus goes through the same targets, with and without atheris."""

from __future__ import annotations

import re

import pytest
from tests.fuzz.__main__ import CORPUS, NAMES
from tests.fuzz.connection import talk
from tests.fuzz.seeds import connections, seeds
from tests.fuzz.targets import TARGETS

from digitlens.digits.preparation.containers import open_container
from digitlens.digits.sources import idx
from digitlens.server.http.live import parse
from digitlens.storage.model_file import from_bytes


def test_every_target_has_a_corpus() -> None:
    assert set(NAMES) == set(TARGETS) == {folder.name for folder in CORPUS.iterdir()}


@pytest.mark.parametrize("target", NAMES)
def test_the_corpus_raises_nothing(target: str) -> None:
    files = sorted((CORPUS / target).iterdir())
    assert len(files) > 2
    for file in files:
        try:
            TARGETS[target](file.read_bytes())
        except Exception as error:
            pytest.fail(f"{target}/{file.name}: {type(error).__name__}: {error}")


def test_the_honest_files_are_taken() -> None:
    """Or the fuzzer would only ever see the door."""
    honest = seeds()
    for data in honest["model_file"].values():
        from_bytes(data)
    for data in honest["picture"].values():
        assert open_container(data).width == 60
    for data in honest["message"].values():
        parse(data.decode())
    assert idx.images(honest["idx_file"]["images"]).shape == (2, 3, 4)
    for name, answer in (
        ("get", b"200"),
        ("post", b"200"),
        ("chunked", b"200"),
        ("foreign", b"403"),
        ("expect", b"100"),
    ):
        assert talk(connections()[name]).startswith(b"HTTP/1.1 " + answer), name
    upgrade, frames = connections()["websocket"].split(b"\r\n\r\n")
    answer = talk(upgrade + b"\r\n\r\n" + frames[:8])  # the first frame alone
    assert answer.startswith(b"HTTP/1.1 101")
    assert answer.endswith(b"\x81\x02hi")


def test_a_head_request_with_a_broken_body_is_answered() -> None:
    head = b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:8484\r\nTransfer-Encoding: chunked\r\n\n"  # so it comes in one piece
    assert re.match(rb"HTTP/1\.1 400 .*\r\n\r\n$", talk(head + b"not a length\r\n"), re.DOTALL)


def test_a_request_is_answered_once_even_if_what_follows_is_wrong_before_its_answer_is_ready() -> None:
    head = b"GET /a HTTP/1.0\r\nHost: elsewhere:8484\r\n\n"  # so it comes in one piece, and is the last one in HTTP 1.0
    assert talk(head + b"and more\r\n").count(b"HTTP/1.1 ") == 1
