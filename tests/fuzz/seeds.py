"""Writes the honest files of the corpus, from which fuzzing starts: `python -m tests.fuzz.seeds`.

The other files there were found by fuzzing: each reaches code that none of the others does.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np
from tests.soak.test_picture_mutants import originals

from digitlens.digits.sources import idx
from digitlens.network.activations import relu, sigmoid, softmax
from digitlens.network.network import Layer, Network
from digitlens.reading.calibration import Calibration
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import to_bytes

CORPUS = Path(__file__).with_name("corpus")
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n"
)
HOST = "Host: 127.0.0.1:8484\r\n"


def models() -> dict[str, bytes]:
    """Small networks: of images of their own size, of digits, deep, and calibrated."""
    rng = np.random.default_rng(0)

    def network(sizes: tuple[int, ...], functions: tuple) -> Network:
        pairs = zip(sizes, sizes[1:], strict=False)  # noqa: RUF007
        return Network(
            tuple(Layer(np.float32(rng.normal(size=(n, m))), np.zeros(n, "f4")) for m, n in pairs), functions
        )

    story = {"data": "bars", "test_accuracy": 0.5, "seconds": 2.0}
    history = [{"epoch": e, "test_accuracy": 0.1 * e, "training_cost": 1 / e} for e in (1, 2, 3)]
    tiny = Reader(
        network((6, 2, 3), (sigmoid, softmax)), "tiny", "cross_entropy", ("a", "b", "c"), 0, recipe={"seed": 1},
        provenance=story, history=history, calibration=Calibration(1.5), image_shape=(2, 3), dark_on_light=True,
    )  # fmt: skip
    return {
        "tiny": to_bytes(tiny),
        "digits": to_bytes(Reader(network((784, 1, 10), (relu, sigmoid)), "digits", adjusting=("straighten",))),
        "deep": to_bytes(Reader(network((1, 2, 2, 2, 1), (relu, relu, sigmoid, sigmoid)), "deep", classes=("x",),
                                framing=0, image_shape=(1, 1))),
    }  # fmt: skip


def idx_files() -> dict[str, bytes]:
    """Images and labels, packed and not."""
    images = idx.write(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    labels = idx.write(np.array([7, 1], np.uint8))
    return {
        "images": images,
        "labels": labels,
        "packed": gzip.compress(images, mtime=0),
        "both": images + bytes(len(images) - len(labels)) + labels,
    }


def tables() -> dict[str, bytes]:
    """CSV with and without a header, of names and shares; NumPy's arrays."""
    arrays = io.BytesIO()
    np.savez(arrays, x_train=np.zeros((2, 2, 2), np.uint8), y_train=np.array([0, 1]), class_names=np.array(["a", "b"]))
    return {
        "kaggle": b"label,1x1,1x2,2x1,2x2\n1,0,255,7,0\n0,1,2,3,4\n",
        "plain": b"7,0,255,7,0\r\n1,1,2,3,4\r\n",
        "named": b'p1;p2;p3;p4;class\n0.5;1;0;0;"a;b"\n0;0;1;1;b\n',
        "npz": arrays.getvalue(),
    }


def messages() -> dict[str, bytes]:
    """One of each type."""
    sides = [{"activation": "sigmoid"}, {"activation": "relu", "hidden": [20, 10]}]
    asked: dict[str, dict] = {
        "ping": {},
        "visit": {"visitor": "0" * 32},
        "train": {"number": 1, "data": "pen", "base": "video", "recipe": {"epochs": 3, "learning_rate": 0.1}},
        "compare": {"number": 2, "data": "pen", "seeds": 2, "recipes": sides},
        "go": {"how": "epoch"},
        "moment": {"at": 3, "ask": 4},
    }
    return {kind: json.dumps({"type": kind} | fields).encode() for kind, fields in asked.items()}


def connections() -> dict[str, bytes]:
    """Requests, and WebSockets with frames of every kind."""
    frames = b"\x81\x82abcd\x09\x0b" + b"\x89\x80abcd" + b"\x01\x81abcd\x09\x80\x81abcd\x09" + b"\x88\x82abcd\x62\x8b"
    upgrade = f"GET /api/live HTTP/1.1\r\n{HOST}{UPGRADE}"
    texts = {
        "get": f"GET / HTTP/1.1\r\n{HOST}Origin: http://127.0.0.1:8484\r\n\r\n",
        "twice": f"GET /a HTTP/1.1\r\n{HOST}\r\nHEAD /b?c=d HTTP/1.1\r\n{HOST}\r\n",
        "post": f"POST /api/read HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello",
        "chunked": f"POST /api/read HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "foreign": "GET / HTTP/1.1\r\nHost: evil.com\r\nOrigin: http://evil.com\r\n\r\n",
        "localhost": "GET / HTTP/1.1\r\nHost: localhost:8484\r\nOrigin: null\r\n\r\n",
        "odd_path": f"GET /..%2f HTTP/1.1\r\n{HOST}\r\n",
        "no_key": f"GET /api/live HTTP/1.1\r\n{HOST}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "post_upgrade": f"POST /api/live HTTP/1.1\r\n{HOST}{UPGRADE}Content-Length: 0\r\n\r\n",
        "upgrade_elsewhere": f"GET /api/live HTTP/1.1\r\nHost: evil.com\r\n{UPGRADE}\r\n",
        "expect": f"POST /a HTTP/1.1\r\n{HOST}Content-Length: 1\r\nExpect: 100-continue\r\n\r\n1",
    }
    return {name: text.encode() for name, text in texts.items()} | {"websocket": f"{upgrade}\r\n".encode() + frames}


def seeds() -> dict[str, dict[str, bytes]]:
    """The honest files of each target, by name."""
    pictures = {f"picture{number}": data for number, data in enumerate(originals())}
    return {
        "model_file": models(),
        "picture": pictures,
        "idx_file": idx_files(),
        "table": tables(),
        "message": messages(),
        "http": connections(),
    }


def main() -> None:
    """Write them all."""
    for target, files in seeds().items():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (CORPUS / target / name).write_bytes(data)


if __name__ == "__main__":
    main()
