"""Parts of the one file: what exports/one_file.py writes is read to the bit, and what is damaged is refused."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import Any

import numpy as np
from tests.waiting import PATIENCE
from tests.web.twins.tab import node

from digitlens.bundles import WEB
from digitlens.exports.one_file import _part
from digitlens.storage.shipped import FOLDER, SUFFIX, names

SCRIPT = f"""
import {{ readFileSync }} from "node:fs";
const {{ unpacked }} = await import({json.dumps((WEB / "hosts/parts.js").as_uri())});
const read = async (part) => Buffer.from(await unpacked(part)).toString("base64");
const said = (part) => read(part).catch((error) => `: ${{error.message}}`);
console.log(JSON.stringify(await Promise.all(JSON.parse(readFileSync(0, "utf8")).map(said))));
"""


def read_by_the_page(parts: list[Any]) -> list[bytes | str]:
    """Each part as the page unpacks it, or why it does not."""
    command = [node(), "--input-type=module", "--eval", SCRIPT]
    done = subprocess.run(command, input=json.dumps(parts), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [said[2:] if said.startswith(":") else base64.b64decode(said) for said in json.loads(done.stdout)]


def test_every_byte_comes_back() -> None:
    rng = np.random.default_rng(1)
    some = [rng.integers(0, 256, size, np.uint8).tobytes() for size in (*range(40), 1_000, 99_999)]
    numbers = [rng.normal(size=1_001).astype(kind).tobytes() for kind in ("<f2", "<f4", "<f8")]
    networks = [(FOLDER / f"{name}{SUFFIX}").read_bytes() for name in names()]
    data = [*some, *numbers, *networks]
    parts = [_part(one) for one in data]
    assert read_by_the_page(parts) == data
    assert {part["columns"] for part in parts} == {1, 2, 4}
    assert all(0x3400 <= ord(one) < 0x3400 + 2**15 for part in parts for one in set(str(part["text"])))


def test_a_part_that_was_changed_or_cut_short_is_refused() -> None:
    part = _part((FOLDER / f"video{SUFFIX}").read_bytes())
    text, size = str(part["text"]), int(str(part["size"]))
    middle = len(text) // 2
    wrong: list[Any] = [
        {**part, "text": text[:middle] + chr(0x3400 + ((ord(text[middle]) - 0x3400) ^ 1)) + text[middle + 1 :]},
        {**part, "text": text[:middle]},
        {**part, "text": text.replace(text[middle], "\ufffd")},  # as an editor writes what it does not know
        {**part, "size": size - 1},
    ]
    for said in read_by_the_page(wrong):
        assert isinstance(said, str), "it was taken"
        assert "unpack" in said
