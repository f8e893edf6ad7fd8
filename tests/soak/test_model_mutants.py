"""Model files changed at random: one of our own errors comes out, or a reader that can be shown in every way."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
import pytest
from tests.soak import draw
from tests.storage.consumers import consume

from digitlens.errors import ModelFileError
from digitlens.network.activations import relu, sigmoid, softmax
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import from_bytes, to_bytes

SPICES = [
    b"NaN", b"Infinity", b"-1", b"1e999", b"null", b"true", b"[]", b"{}", b'""', b"[" * 200, b'{"a":' * 200,
    b"9" * 5000, b"\x00", b"\xff\xfe", b"\\ud800", b'\\"', b"../../x", b"F64", b"F16", b"I8", b"784", b"required",
]  # fmt: skip


def originals() -> list[bytes]:
    """Small files that are right, to be changed."""
    rng = np.random.default_rng(0)

    def reader(sizes: tuple[int, ...], functions: tuple) -> Reader:
        layers = tuple(
            Layer(rng.normal(size=(n, m)).astype(np.float32), rng.normal(size=n).astype(np.float32))
            for m, n in zip(sizes, sizes[1:], strict=False)  # noqa: RUF007
        )
        story = {"data": "bars", "test_accuracy": 0.5}
        history = [{"epoch": e, "seconds": 0.1} for e in (1, 2)]
        return Reader(Network(layers, functions), "small", recipe={"seed": 1}, provenance=story, history=history)

    return [
        to_bytes(reader((784, 3, 10), (sigmoid, sigmoid))),
        to_bytes(reader((784, 2, 2, 10), (relu, relu, softmax))),
    ]


def mutant(data: bytes, rng: random.Random) -> bytes:
    """One random change, or several; most of them in the header, where the harm would be done."""
    length = int.from_bytes(data[:8], "little")
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        limit = min(len(out), 8 + length) if rng.random() < 0.8 else len(out)
        place = rng.randrange(max(1, limit))
        how = rng.randrange(8)
        if how == 0 and out:
            out[place % len(out)] ^= 1 << rng.randrange(8)
        elif how == 1 and out:
            out[place % len(out)] = rng.randrange(256)
        elif how == 2:
            del out[place : place + rng.choice((1, 2, 10, 1000))]
        elif how == 3:
            out[place:place] = rng.choice(SPICES)
        elif how == 4:
            out = out[:place]
        elif how == 5:
            other = rng.randrange(max(1, limit))
            out[place:place] = out[other : other + rng.randrange(1, 60)]
        elif how == 6:
            out[:8] = rng.choice((0, 1, length + 1, length - 1, 2**16, 2**31, 2**63, 2**64 - 1)).to_bytes(8, "little")
        else:
            out = bytearray(within(bytes(out), rng))
    return bytes(out)


def within(data: bytes, rng: random.Random) -> bytes:
    """A change of one value that keeps the form of the file, so that it reaches the deeper checks."""
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"]["digitlens"])
        target = rng.choice((header, document))
        for _ in range(rng.randrange(6)):
            inner = [
                v for v in (target.values() if isinstance(target, dict) else target) if isinstance(v, (dict, list))
            ]
            if not inner:
                break
            target = rng.choice(inner)
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = rng.choice(keys)
        if rng.random() < 0.2:
            del target[key]
        else:
            target[key] = rng.choice((None, -1, 0, 1, 2**70, 1e308, "", "x" * 300, [], {}, [784, 3], True, "F64", 0.5))
        if target is not header and "__metadata__" in header and rng.random() < 0.9:
            header["__metadata__"]["digitlens"] = json.dumps(document)
        raw = json.dumps(header).encode()
    except (ValueError, KeyError, TypeError, IndexError):
        return data
    return len(raw).to_bytes(8, "little") + raw + data[8 + length :]


@pytest.mark.soak
def test_no_mutant_of_a_model_file_does_any_harm(record_property: Callable[[str, object], None]) -> None:
    pytest.importorskip("matplotlib")
    seed = draw.seed()
    record_property("DIGITLENS_SOAK_SEED", seed)
    rng, files, read = random.Random(seed), originals(), 0
    for number in range(draw.count(100_000)):
        data = mutant(rng.choice(files), rng)
        said = 0
        try:
            reader = from_bytes(data)
        except ModelFileError as error:
            said = len(str(error))
        except Exception as error:
            raise AssertionError(f"mutant {number} of seed {seed}: {type(error).__name__}: {error}") from error
        else:
            read += 1
            try:
                consume(reader, figures=read % 500 == 0)
            except Exception as error:
                raise AssertionError(f"mutant {number} of seed {seed} is read, and then: {error!r}") from error
        assert said < 1_000, f"mutant {number} of seed {seed} is told of at length"
    record_property("mutants read", read)
