"""The page in one file, to be opened from a disk or a mail: Read, Neuron and Learn with a network; and training.

All that the page needs lies in the file as *parts*, compressed and written as text. The file is UTF-16, in which a
character of two bytes carries 15 bits: base64 in UTF-8 would make it a quarter larger. It begins with a byte order
mark, which no server's header can overrule; saved as UTF-8, it is the same page. A short script unpacks the page's own
script and runs it; the Content-Security-Policy allows these two by their hashes, and no other.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import json
import zlib
from collections.abc import Sequence

import numpy as np

from digitlens.bundles import FILE, FILE_OPENER, FILE_TRAINS, WEB, WORKER, bundle, texts
from digitlens.digits.sources.examples import example_files
from digitlens.digits.sources.find import SMALL_PEN_FILE
from digitlens.digits.sources.packed import header_of
from digitlens.exports.document import TITLE, document
from digitlens.exports.site import listed
from digitlens.learning.choices import choices
from digitlens.storage.offered import Offered

FIRST, BITS = 0x3400, 15  # characters from U+3400 to U+B3FF: no surrogates, none that an HTML parser changes
COLUMNS = (1, 2, 4)  # bytes of a number: those that lie at the same place in each are compressed together


def one_file(networks: Sequence[Offered], *, train: bool = False, language: str = "en") -> bytes:
    """The HTML file. The first network is the one to begin with.

    train: with the journeys that train, the kernel as WebAssembly, and the pen digits that ship.
    language: the one that it begins with, beside English; see bundles.LANGUAGES. Raises UsageError for another one.

    It loads nothing and asks nobody: its Content-Security-Policy allows the scripts that it holds, by their hashes.
    """
    opener, script = (bundle(name).decode() for name in (FILE_OPENER, FILE_TRAINS if train else FILE))
    assert "</script" not in opener  # esbuild writes <\\/script
    style = (WEB / "hosts/page.css").read_text(encoding="utf-8")
    parts = {"script": script.encode()}
    parts |= {f"networks/{one.name}": one.data for one in networks}
    parts |= {f"examples/{digit}": path.read_bytes() for digit, path in enumerate(example_files())}
    content: dict[str, object] = {"offered": listed(networks)}
    rules = {
        "script-src": f"{_source(opener)} {_source(script)}",
        "style-src": _source(style),
        "img-src": "blob: data:",
        "connect-src": "'none'",
        "worker-src": "'none'",
    }
    if train:
        digits = SMALL_PEN_FILE.read_bytes()
        parts |= {"worker": bundle(WORKER), "kernel": (WEB / "train/kernel.wasm").read_bytes(), "digits": digits}
        content |= {"choices": choices(), "header": header_of(digits)}
        rules |= {"script-src": f"{rules['script-src']} 'wasm-unsafe-eval'", "worker-src": "blob:"}
    if language != "en":
        parts["texts"] = json.dumps(texts(language), ensure_ascii=False, separators=(",", ":")).encode()
        content["language"] = language
    content["parts"] = {name: _part(data) for name, data in parts.items()}
    values = json.dumps(content, allow_nan=False, ensure_ascii=False).replace("<", "\\u003c")
    text = document(
        f'<style>{style}</style>\n<script type="module">{opener}</script>',
        f'<script type="application/json" id="digitlens-file">{values}</script>',
        f"{networks[0].name}: {TITLE}",
        rules,
    )
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def _source(text: str) -> str:
    """The name of an inline script or style in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _part(data: bytes) -> dict[str, object]:
    """A part, as the page unpacks it: hosts/parts.js is the twin."""
    sorted_by = {columns: b"".join(data[k::columns] for k in range(columns)) for columns in COLUMNS}
    columns, packed = min(
        ((columns, zlib.compress(some, 9)) for columns, some in sorted_by.items()), key=lambda one: len(one[1])
    )
    return {"size": len(data), "columns": columns, "packed": len(packed), "text": _text(packed)}


def _text(data: bytes) -> str:
    """Bytes as characters that carry BITS bits each, the last one filled up with zeros."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    rows = np.pad(bits, (0, -len(bits) % BITS)).reshape(-1, BITS)
    codes = np.packbits(np.pad(rows, ((0, 0), (16 - BITS, 0))), axis=1).view(">u2")
    return (codes + np.uint16(FIRST)).astype("<u2").tobytes().decode("utf-16-le")
