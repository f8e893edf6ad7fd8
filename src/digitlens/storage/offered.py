"""Networks as the page is offered them: by a name that is safe in a URL, as the bytes of a model file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from digitlens.errors import ModelFileError
from digitlens.files.naming import shown
from digitlens.reading.reader import Reader
from digitlens.storage.fingerprint import fingerprint
from digitlens.storage.model_file import from_bytes
from digitlens.storage.shipped import SUFFIX


@dataclass(frozen=True, eq=False)
class Offered:
    """One network: the bytes of its file, which the page loads, and the reader that they hold."""

    name: str  # as in the path of a URL
    data: bytes  # of the model file
    reader: Reader

    @cached_property
    def fingerprint(self) -> str:
        """That of the network: results that name another one are not of it."""
        return fingerprint(self.reader)

    def to_json(self, default: bool) -> dict[str, Any]:
        """Plain JSON values. The accuracy is the one that its file records, if it does."""
        reader = self.reader
        return {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "sizes": list(reader.network.sizes),
            "parameters": reader.network.parameters,
            "activations": [activation.name for activation in reader.network.activations],
            "accuracy": reader.provenance.get("test_accuracy"),
            "classes": list(reader.classes),
            "rows": reader.image_shape[0],
            "columns": reader.image_shape[1],
            "provenance": dict(reader.provenance),
            "bytes": len(self.data),
            "default": default,
        }


def offered(name: str, data: bytes) -> Offered:
    """The network of a model file. Raises ModelFileError, also where its provenance cannot be listed."""
    offered = Offered(name, data, replace(from_bytes(data), name=name))
    try:
        json.dumps(offered.to_json(default=False), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"the network {shown(name)} says of itself what cannot be listed ({error}); train it again"
        ) from error
    return offered


def name_for(path: Path, taken: Collection[str]) -> str:
    """A name for a file's network that is safe in a URL and not taken yet.

    >>> name_for(Path("runs/my best.digitlens"), {})
    'my best'
    """
    name = re.sub(r"[^\w .+-]", "_", path.name.removesuffix(SUFFIX))[:80].strip(". ") or "network"
    while name in taken:
        name += "-file"
    return name
